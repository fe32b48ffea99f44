"""Compiled inner loops: where the head stands, and what its muscles do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

__all__ = ["descend", "place_heads", "solve_frames"]


@njit(cache=True, fastmath=True)
def descend(
    hessian: Any, pull: Any, price: Any, x: Any, low: Any, high: Any, tol: float, most: int
) -> int:
    """Minimise ``x H x / 2 - pull x + price |x|`` within bounds that hold 0, in place.

    By coordinate descent from what ``x`` holds. Returns the number of sweeps.
    """
    n = pull.shape[0]
    # Loops instead of products: numba's products would load all of scipy's linear algebra.
    gradient = -pull
    for i in range(n):
        for j in range(n):
            gradient[i] += hessian[i, j] * x[j]
    for sweep in range(most):
        largest = 0.0
        for i in range(n):
            free = hessian[i, i] * x[i] - gradient[i]
            free -= min(price[i], max(-price[i], free))
            new = min(high[i], max(low[i], free / hessian[i, i]))
            change = new - x[i]
            if change != 0.0:
                x[i] = new
                for j in range(n):
                    gradient[j] += change * hessian[i, j]
                largest = max(largest, abs(change))
        if largest < tol:
            return sweep + 1
    return most


@njit(cache=True, fastmath=True)
def solve_frames(
    blocks: Any,
    share: Any,
    pull: Any,
    extra: Any,
    extra_pull: Any,
    ridge: Any,
    sparse: Any,
    rigid_ridge: float,
    hold: Any,
    low: Any,
    high: Any,
    x: Any,
) -> None:
    """Solve every frame once, in order, starting each from what ``x`` holds; in place.

    One Gauss-Newton step on displacements quadratic in ``x``. The rigid movements, last among the
    unknowns, are eliminated, so that a small error of the pose cannot become an expression.

    Parameters
    ----------
    blocks : (block, 2n + r, 2n + r)
        Products of the columns (linear, square, rigid) by pair of axes and part of the face.
    share : (time, block)
        How the view mixes the blocks.
    pull : (time, 2n + r)
        The columns times the weighted observation.
    extra, extra_pull : (n, n), (time, n)
        Further evidence, linear in ``x``.
    ridge, sparse : (n,)
        Price of the square and of the amount, whichever way it goes.
    rigid_ridge : float
        Price of rigid movement.
    hold : (time, n)
        Price of leaving the mean of the neighbours in time.
    low, high : (time, n)
    x : (time, n)
    """
    frames, n = x.shape
    m = blocks.shape[1]
    r = m - 2 * n
    size = n + r
    gram = np.empty((m, m))
    hessian = np.empty((size, size))
    q = np.empty(size)
    inner = np.empty((n, n))
    for t in range(frames):
        gram[:] = 0.0
        for b in range(blocks.shape[0]):
            s = share[t, b]
            if s != 0.0:
                for i in range(m):
                    for j in range(i, m):
                        gram[i, j] += s * blocks[b, i, j]
        for i in range(m):
            for j in range(i):
                gram[i, j] = gram[j, i]
        a = x[t]
        for i in range(n):
            q[i] = pull[t, i] + 2 * a[i] * pull[t, n + i]
            for j in range(n):
                hessian[i, j] = (
                    gram[i, j]
                    + 2 * a[j] * gram[i, n + j]
                    + 2 * a[i] * gram[n + i, j]
                    + 4 * a[i] * a[j] * gram[n + i, n + j]
                )
                q[i] += a[j] * a[j] * (gram[i, n + j] + 2 * a[i] * gram[n + i, n + j])
            for k in range(r):
                value = gram[i, 2 * n + k] + 2 * a[i] * gram[n + i, 2 * n + k]
                hessian[i, n + k] = value
                hessian[n + k, i] = value
        for k in range(r):
            q[n + k] = pull[t, 2 * n + k]
            for j in range(n):
                q[n + k] += a[j] * a[j] * gram[2 * n + k, n + j]
            for j in range(r):
                hessian[n + k, n + j] = gram[2 * n + k, 2 * n + j]
            hessian[n + k, n + k] += rigid_ridge
        for k in range(size - 1, n - 1, -1):
            for i in range(k):
                ratio = hessian[i, k] / hessian[k, k]
                q[i] -= ratio * q[k]
                for j in range(k):
                    hessian[i, j] -= ratio * hessian[k, j]
        for i in range(n):
            for j in range(n):
                inner[i, j] = hessian[i, j] + extra[i, j]
            inner[i, i] += ridge[i]
            q[i] += extra_pull[t, i]
            if frames > 1:
                around = (x[max(t - 1, 0), i] + x[min(t + 1, frames - 1), i]) / 2
                if t == 0 or t == frames - 1:
                    around = x[1, i] if t == 0 else x[frames - 2, i]
                inner[i, i] += hold[t, i]
                q[i] += hold[t, i] * around
        for i in range(n):
            a[i] = min(high[t, i], max(low[t, i], a[i]))
        descend(inner, q[:n].copy(), sparse, a, low[t], high[t], 1e-4, 60)


@njit(cache=True, fastmath=True)
def _solve_symmetric(upper: Any, pull: Any, x: Any) -> None:
    """Solve a small positive system given by its upper half; both arguments are used up."""
    n = pull.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            ratio = upper[k, i] / upper[k, k]
            pull[i] -= ratio * pull[k]
            for j in range(i, n):
                upper[i, j] -= ratio * upper[k, j]
    for k in range(n - 1, -1, -1):
        x[k] = pull[k]
        for j in range(k + 1, n):
            x[k] -= upper[k, j] * x[j]
        x[k] /= upper[k, k]


@njit(cache=True, fastmath=True)
def place_heads(
    points: Any,
    shape: Any,
    weights: Any,
    focal: float,
    middle_x: float,
    middle_y: float,
    depth_weight: float,
    scale: float,
    rounds: int,
    rotation: Any,
    place: Any,
) -> None:
    """Refine where the head stands in every frame by Gauss-Newton, in place.

    Parameters
    ----------
    points : (time, point, 3) [px]
    shape : (point, 3) [mm]
    weights : (point,) [1]
    focal, middle_x, middle_y : float [px]
    depth_weight : float [1]
        Of the points' depth against their place in the picture.
    scale : float [mm]
        Residual from which a point counts less (Cauchy).
    rounds : int
    rotation : (time, 3, 3) [1]
    place : (time, 3) [mm]
    """
    n = shape.shape[0]
    total = weights.sum()
    turned = np.empty((n, 3))
    rows = np.zeros((3, 6))
    normal = np.empty((6, 6))
    pull = np.empty(6)
    step = np.empty(6)
    residual = np.empty(3)
    turn = np.empty((3, 3))
    for t in range(points.shape[0]):
        r, p = rotation[t], place[t]
        for _ in range(rounds):
            mean_z = 0.0
            mean_x = 0.0
            mean_y = 0.0
            mean_seen = 0.0
            for k in range(n):
                for a in range(3):
                    turned[k, a] = (
                        r[a, 0] * shape[k, 0] + r[a, 1] * shape[k, 1] + r[a, 2] * shape[k, 2]
                    )
                share = weights[k] / total
                mean_x += share * turned[k, 0]
                mean_y += share * turned[k, 1]
                mean_z += share * turned[k, 2]
                mean_seen += share * points[t, k, 2]
            middle = -(p[2] + mean_z)
            normal[:] = 0.0
            pull[:] = 0.0
            for k in range(n):
                x, y, z = turned[k, 0], turned[k, 1], turned[k, 2]
                depth = -(z + p[2])
                residual[0] = (points[t, k, 0] - middle_x) * depth / focal - x - p[0]
                residual[1] = (middle_y - points[t, k, 1]) * depth / focal - y - p[1]
                residual[2] = (mean_seen - points[t, k, 2]) * middle / focal - (z - mean_z)
                away = residual[0] ** 2 + residual[1] ** 2
                weight = weights[k] / (1 + away / scale**2)
                slope_x, slope_y = (x + p[0]) / depth, (y + p[1]) / depth
                # A small turn w moves a point by w x turned; its z also scales what is seen.
                rows[0, 0], rows[0, 1], rows[0, 2] = slope_x * y, z - slope_x * x, -y
                rows[1, 0], rows[1, 1], rows[1, 2] = -z + slope_y * y, -slope_y * x, x
                rows[2, 0], rows[2, 1] = y - mean_y, -(x - mean_x)
                rows[0, 3], rows[1, 4] = 1.0, 1.0
                rows[0, 5], rows[1, 5] = slope_x, slope_y
                for a in range(3):
                    own = weight * (depth_weight if a == 2 else 1.0)
                    for i in range(6):
                        pull[i] += own * rows[a, i] * residual[a]
                        for j in range(i, 6):
                            normal[i, j] += own * rows[a, i] * rows[a, j]
            for i in range(6):
                normal[i, i] *= 1 + 1e-9
            _solve_symmetric(normal, pull, step)
            angle = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2) + 1e-12
            s, c = np.sin(angle), 1 - np.cos(angle)
            u, v, w = step[0] / angle, step[1] / angle, step[2] / angle
            turn[0, 0], turn[0, 1], turn[0, 2] = (
                1 - c * (v * v + w * w),
                c * u * v - s * w,
                c * u * w + s * v,
            )
            turn[1, 0], turn[1, 1], turn[1, 2] = (
                c * u * v + s * w,
                1 - c * (u * u + w * w),
                c * v * w - s * u,
            )
            turn[2, 0], turn[2, 1], turn[2, 2] = (
                c * u * w - s * v,
                c * v * w + s * u,
                1 - c * (u * u + v * v),
            )
            for a in range(3):
                x, y, z = r[0, a], r[1, a], r[2, a]
                for b in range(3):
                    r[b, a] = turn[b, 0] * x + turn[b, 1] * y + turn[b, 2] * z
                p[a] += step[3 + a]
            if angle < 1e-6 and np.abs(step[3:]).max() < 1e-4:
                break

// What teeth, gums, tongue and the lining of the mouth look like.

import { LIGHT } from "./light.glsl";
import { VARYINGS } from "./surface.glsl";

export const MOUTH = /* glsl */ `
${LIGHT}
${VARYINGS}
uniform float uTooth;      // 1 enamel and gums, 0 what is wet

void main() {
  vec3 view = normalize(uViewer - vAt);
  vec3 normal = normalize(vNormal);
  vec3 upper = margin(4, vAt.x), lower = margin(5, vAt.x);
  float reach = mix(9.0, 5.0, uTooth);
  float hung = 0.85 * beside(max(upper.x - vAt.y, 0.0), reach) + 0.22 * beside(max(vAt.y - lower.x, 0.0), 0.5 * reach)
    + 0.3 * beside(max(upper.z, 0.0), reach);
  hung = min(hung, 1.0) * (vPlace.y < 0.0 ? 1.0 : 0.0);
  float shownKey = arriving(vAt, normal);
  // Enamel and gums let light through: the shadow of the lips on them is soft.
  // Enamel is lit from within and cool at its edge; in the arch behind the canines it soon grows dark.
  float back = smoothstep(14.0, 27.0, abs(vPlace.x));
  float enamel = smoothstep(0.03, 0.12, vPaint.g - 0.62 * vPaint.r);
  vec3 ivory = vPaint.rgb * mix(vec3(1.0, 0.86, 0.84), vec3(1.0), enamel) * (1.0 - 0.6 * back);
  Surface tooth = Surface(ivory, normal, normal, view, (0.35 + 0.65 * shownKey) * (1.0 - 0.6 * back),
    vState.x * (1.0 - 0.55 * hung) * (1.0 - 0.6 * back), vec3(0.45, 0.4, 0.35), 0.5 * vPaint.a, 0.55, 0.0);
  float dark = 1.0 - 0.85 * hung;
  // The tongue is rough with papillae and grooved in its middle.
  float papilla = noise(vPlace.xz * 1.6) - 0.5;
  vec3 rough = normalize(normal + 0.35 * vec3(papilla, 0.0, noise(vPlace.zx * 1.6 + 30.0) - 0.5));
  vec3 red = vPaint.rgb * (1.0 + 0.22 * papilla) * (0.82 + 0.18 * smoothstep(0.0, 5.0, abs(vPlace.x)));
  Surface wet = Surface(red, rough, normal, view, shownKey, vState.x * dark * dark, vec3(0.4, 0.22, 0.18),
    vPaint.a, 0.35 * vState.x, 0.0);
  if (uTooth > 0.5) outColour = shown(lighted(tooth), 1.0);
  else outColour = shown(lighted(wet), 1.0);
}
`;

// What skin looks like: its own colour, gloss and fine relief, hair in it, and strain over it.

import { LIGHT } from "./light.glsl";
import { VARYINGS } from "./surface.glsl";

export const SKIN = /* glsl */ `
${LIGHT}
${VARYINGS}
uniform float uStrain;

// How much hair is along and across [mm] a brow, 0 at its inner end.
float browHair(float along, float across, float grain) {
  float part = along / 55.0;
  if (part < -0.08 || part > 1.06 || abs(across) > 7.5) return 0.0;
  // Hairs rise at the head and lie down towards the tail; the upper ones bend over the lower.
  float steep = exp(-along / 11.0);
  float flow = across * (1.0 + 0.022 * along) + 25.0 * steep + 0.10 * along;
  float slope = 2.3 * steep - 0.1;
  float bend = sqrt(1.0 + slope * slope);
  float dense = grain * bend * (1.0 + 0.022 * along);
  float reach = (along + across * slope) / bend;
  float hair = 0.45 * fine(vec2(flow * 1.7 + 60.0, reach * 0.17 + 9.0), dense * 1.7)
    + 0.55 * fine(vec2(flow * 3.9 + 90.0, reach * 0.22 + 40.0), dense * 3.9);
  float wide = 4.3 * (1.0 - 0.74 * smoothstep(0.42, 1.0, part));
  float edge = (wide - abs(across)) / 2.4 + 1.3 * (hair - 0.5);
  float ends = min((part + 0.05) / 0.24, (1.04 - part) / 0.22) + 1.1 * (hair - 0.5);
  float body = smoothstep(-0.45, 0.85, edge) * smoothstep(-0.1, 1.0, ends);
  return body * (0.42 + 0.5 * smoothstep(0.28, 0.66, hair + 0.08 * body));
}

// Blue where pressed together, orange where stretched: told apart by all kinds of colour vision.
vec3 strained(float strain) {
  float part = clamp(strain / 0.18, -1.0, 1.0);
  vec3 side = part < 0.0 ? vec3(0.02, 0.16, 0.52) : vec3(0.86, 0.30, 0.01);
  return mix(vec3(0.52, 0.51, 0.50), side, pow(abs(part), 0.7));
}

// Grids at a slant, which no eye finds; the other way they turn what comes from them back.
const mat2 TILTED_A = mat2(0.82, 0.57, -0.57, 0.82), TILTED_B = mat2(0.92, -0.39, 0.39, 0.92);
const mat3 TILT_A = mat3(1.0, 0.0, 0.0, 0.0, 0.82, -0.57, 0.0, 0.57, 0.82);
const mat3 TILT_B = mat3(1.0, 0.0, 0.0, 0.0, 0.92, 0.39, 0.0, -0.39, 0.92);

// Redness and pigment are not even: patches of some millimetres, and a few freckles on nose and cheeks.
vec3 mottled(vec3 colour, vec2 round, float sunned) {
  float patches = noise(round * 0.11 + 3.0) + 0.6 * noise(round * 0.31 + 17.0) - 0.8;
  colour *= 1.0 + vec3(-0.03, -0.12, -0.10) * patches;
  if (sunned == 0.0) return colour;
  float freckle = smoothstep(0.1, 0.6, dots(TILTED_A * round * 0.29, 0.2).x) * smoothstep(0.3, 0.8, noise(round * 0.19 + 5.0));
  return colour * (1.0 - vec3(0.10, 0.19, 0.24) * freckle * sunned);
}

// A vein shows bluish through thin skin, as a crooked line.
float vein(vec2 at) {
  float bend = noise(at * 0.05 + 8.0) + 0.35 * noise(at * 0.13 + 30.0);
  return 1.0 - smoothstep(0.0, 0.045, abs(bend - 0.68));
}

void main() {
  vec3 view = uViewer - vAt;
  float away = length(view);
  view /= away;
  vec3 soft = normalize(vNormal);
  float grain = away * uPixel;
  vec3 colour = vPaint.rgb;
  float gloss = vPaint.a, wet = 0.0, openness = vState.x, lip = vState.y, side = abs(vPlace.x);

  // Fine relief is laid round the head; its slope is kept as a vector on the head.
  float reach = max(vPlace.z, -60.0) + 75.0, wide = vPlace.x * vPlace.x + reach * reach;
  vec2 round = vec2(95.0 * atan(vPlace.x, reach), vPlace.y);
  vec3 along = 95.0 / wide * vec3(reach, 0.0, -vPlace.x);
  float vermilion = smoothstep(0.38, 0.85, lip);
  vec3 slope = vec3(0.0);
  float left = sharp(grain * 2.2) * (1.0 - vermilion), pit = 0.0;
  // Nose and cheeks see the most sun and have the widest pores; temples have the thinnest skin.
  float sunned = smoothstep(70.0, 100.0, vPlace.z) * smoothstep(-35.0, 5.0, vPlace.y) * smoothstep(48.0, 20.0, vPlace.y);
  if (left > 0.0) {
    vec3 pore = TILT_A * dots(TILTED_A * round * 1.15, 0.17 + 0.06 * sunned);
    vec3 second = TILT_B * dots(TILTED_B * round * 0.95, 0.20);
    vec3 swell = hilly(round * 0.75 + 31.0), grid = hilly(TILTED_B * round * 2.1 + 11.0);
    pit = left * max(pore.x, 0.7 * second.x) * (0.35 + 0.65 * sunned);
    vec2 rise = -0.05 * (0.4 + 0.6 * sunned) * (pore.yz + 0.7 * second.yz) + 0.06 * swell.yz + 0.045 * grid.yz;
    slope = left * (rise.x * along + vec3(0.0, rise.y, 0.0));
  }
  colour = mottled(colour, round, sunned);
  float temple = smoothstep(42.0, 58.0, side) * smoothstep(15.0, 35.0, vPlace.y) * smoothstep(20.0, 45.0, vPlace.z);
  if (temple > 0.0) colour *= 1.0 - vec3(0.075, 0.035, 0.0) * temple * vein(round);
  colour *= 1.0 - vec3(0.10, 0.16, 0.17) * pit;
  gloss *= 1.12 - 0.7 * pit;

  if (lip > 0.02) {
    // Creases run across the lips, deeper in their middle.
    vec3 crease = hilly(vec2(
      vPlace.x * 0.85 + 1.6 * noise(vec2(vPlace.x * 0.3, vPlace.y * 0.3)), vPlace.y * 0.16 + vPlace.z * 0.08));
    float blood = 0.9 + 0.22 * noise(vec2(vPlace.x * 0.22 + 40.0, vPlace.y * 0.3));
    colour = mix(colour, uHues[0] * blood * (0.86 + 0.2 * crease.x) * vec3(1.0, 0.93, 0.95), vermilion);
    slope.x += 0.15 * vermilion * crease.y;
    gloss = mix(gloss, 0.5, vermilion);
    wet = 0.55 * vermilion * (0.35 + 0.65 * crease.x);
    // Lips darken towards each other.
    vec3 upper = margin(4, vAt.x);
    vec3 lower = margin(5, vAt.x);
    float middle = 0.5 * (upper.x + lower.x);
    float apart = vAt.y > middle ? vAt.y - lower.x : upper.x - vAt.y;
    float seam = beside(max(apart, 0.0), 2.2) * smoothstep(0.4, 0.6, lip) * smoothstep(-0.5, 2.0, upper.z);
    openness *= 1.0 - 0.6 * seam * seam;
    colour *= 1.0 - vec3(0.25, 0.35, 0.35) * seam;
  }
  float hair = 0.0;
  if (vBrow.z > 0.0) {
    hair = browHair(vBrow.x, vBrow.y, grain) * vBrow.z;
    colour = mix(colour, uHues[1] * 0.7, hair);
    gloss *= 1.0 - 0.8 * hair;
  }
  if (vState.z > 0.02) {
    // A shaven head: each hair is a dot, denser away from the hairline, and the skin shows between them.
    float ragged = 0.34 * (noise(round * 0.16 + 60.0) - 0.5) + 0.22 * (noise(round * 0.7 + 80.0) - 0.5);
    float dense = smoothstep(0.12, 1.05, vState.z + ragged);
    float near = sharp(grain * 1.5);
    float hairs = near > 0.0 ? max(dots(TILTED_A * round * 1.7, 0.25).x, dots(TILTED_B * round * 1.5, 0.25).x) : 0.0;
    float stubble = dense * (0.68 + 0.36 * near * (smoothstep(0.0, 0.4, hairs) - 0.3));
    colour = mix(colour, uHues[2] * vec3(0.72, 0.9, 1.1), stubble);
    gloss *= 1.0 - 0.45 * stubble;
    hair = max(hair, 0.6 * stubble);
  }
  slope *= 1.0 - 0.8 * hair;
  vec3 normal = normalize(soft - slope + dot(slope, soft) * soft);

  if (uStrain > 0.0) {
    colour = mix(colour, strained(vStrain), uStrain);
    gloss *= 1.0 - 0.6 * uStrain;
    wet *= 1.0 - uStrain;
  }
  vec3 light = lighted(Surface(
    colour, normal, soft, view, arriving(vAt, soft), openness, vec3(0.44, 0.22, 0.15), gloss, wet,
    vState.w * (1.0 - hair)));
  // Light passes a longer way where the skin is seen from the side, so that less gets through there.
  float cover = 1.0 - pow(uFade, 1.0 / max(dot(soft, view), 0.12));
  outColour = shown(light, cover * whole(vPlace.w));
}
`;

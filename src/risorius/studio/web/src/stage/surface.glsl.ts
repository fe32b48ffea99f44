// What a place of the face looks like: its own colour, gloss and fine relief.

import { LIGHT } from "./light.glsl";

export const VERTEX = /* glsl */ `
uniform float uBreath;
in vec3 place;      // on the head at rest; on eyes from the centre of the globe
in vec4 paint;      // square root of colour, gloss
in vec4 state;      // openness, lip, scalp, sheer
in vec3 brow;       // along, across, cover
in float strain;
out vec3 vAt;
out vec3 vNormal;
out vec3 vPlace;
out vec4 vPaint;
out vec4 vState;
out vec3 vBrow;
out float vStrain;
void main() {
  vNormal = normal;
  // The neck widens a little as breath is drawn.
  vAt = position + normal * uBreath * smoothstep(-95.0, -135.0, place.y) * step(place.z, 60.0);
  vPlace = place;
  vPaint = vec4(paint.rgb * paint.rgb, paint.a);
  vState = state;
  vBrow = brow;
  vStrain = strain;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(vAt, 1.0);
}
`;

const VARYINGS = /* glsl */ `
uniform vec3 uHues[5];
uniform float uFade;
uniform float uPixel;      // its width at one millimetre's distance
in vec3 vAt;
in vec3 vNormal;
in vec3 vPlace;
in vec4 vPaint;
in vec4 vState;
in vec3 vBrow;
in float vStrain;
out vec4 outColour;

// The neck ends in the air; it fades instead of being cut.
float whole() { return smoothstep(-131.0, -108.0, vPlace.y + 0.12 * vPlace.z); }
`;

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
  float hair = 0.55 * fine(vec2(flow * 1.3 + 60.0, reach * 0.17 + 9.0), dense * 1.3)
    + 0.45 * fine(vec2(flow * 3.2 + 90.0, reach * 0.26 + 40.0), dense * 3.2);
  float wide = 4.3 * (1.0 - 0.74 * smoothstep(0.42, 1.0, part));
  float edge = (wide - abs(across)) / 2.4 + 1.3 * (hair - 0.5);
  float ends = min((part + 0.05) / 0.24, (1.04 - part) / 0.22) + 1.1 * (hair - 0.5);
  float body = smoothstep(-0.45, 0.85, edge) * smoothstep(-0.1, 1.0, ends);
  return 0.88 * body * (0.6 + 0.4 * smoothstep(0.2, 0.62, hair + 0.1 * body));
}

// Blue where pressed together, orange where stretched: told apart by all kinds of colour vision.
vec3 strained(float strain) {
  float part = clamp(strain / 0.22, -1.0, 1.0);
  vec3 side = part < 0.0 ? vec3(0.02, 0.16, 0.52) : vec3(0.86, 0.30, 0.01);
  return mix(vec3(0.80, 0.79, 0.77), side, pow(abs(part), 0.75));
}

void main() {
  vec3 view = uViewer - vAt;
  float away = length(view);
  view /= away;
  vec3 normal = normalize(vNormal);
  float grain = away * uPixel;
  vec3 colour = vPaint.rgb;
  float gloss = vPaint.a;
  float openness = vState.x;
  float lip = vState.y;
  float side = abs(vPlace.x);

  // Pores: a fine relief that the highlight shows, and a little colour. They are laid round the head.
  vec2 round = vec2(221.0 * atan(side, max(vPlace.z, -60.0) + 75.0) + 31.0, vPlace.y * 1.7);
  float pore = fine(round, grain * 1.7) - 0.5;
  float calm = 1.0 - smoothstep(0.02, 0.3, lip) * 0.7;
  if (lip > 0.02) {
    float vermilion = smoothstep(0.38, 0.85, lip);
    float crease = noise(vec2(side * 1.3, vPlace.y * 0.25 + vPlace.z * 0.1)) - 0.5;
    colour = mix(colour, uHues[0] * (1.0 + 0.16 * crease), vermilion);
    gloss += (0.62 + 0.5 * crease - gloss) * vermilion;
    // Lips darken towards each other.
    vec3 upper = margin(4, vAt.x);
    vec3 lower = margin(5, vAt.x);
    float middle = 0.5 * (upper.x + lower.x);
    float apart = vAt.y > middle ? vAt.y - lower.x : upper.x - vAt.y;
    float seam = beside(max(apart, 0.0), 2.2) * smoothstep(0.4, 0.6, lip) * smoothstep(-0.5, 2.0, upper.z);
    openness *= 1.0 - 0.6 * seam * seam;
  }
  colour *= 1.0 + 0.05 * pore;
  gloss *= 1.0 + 0.5 * pore;
  float hair = 0.0;
  if (vBrow.z > 0.0) {
    hair = browHair(vBrow.x, vBrow.y, grain) * vBrow.z;
    colour = mix(colour, uHues[1], hair);
    gloss *= 1.0 - 0.8 * hair;
  }
  if (vState.z > 0.02) {
    float strand = noise(vec2(side * 1.1 + vPlace.z * 0.5, vPlace.y * 0.35 + 70.0));
    strand += 0.5 * fine(vec2(side * 3.1 + vPlace.z * 2.3, vPlace.y * 0.9 + 20.0), grain * 3.1);
    float scalp = 0.93 * smoothstep(0.3, 0.85, vState.z + 0.22 * (strand - 0.75));
    colour = mix(colour, uHues[2] * (0.75 + 0.4 * strand), scalp);
    gloss *= 1.0 - 0.85 * scalp;
    hair = max(hair, scalp);
  }
  vec3 relief = vec3(dFdx(pore), dFdy(pore), 0.0);
  vec3 across = dFdx(vAt), down = dFdy(vAt);
  vec3 slope = cross(down, normal) * relief.x + cross(normal, across) * relief.y;
  float area = dot(cross(across, down), normal);
  normal = normalize(normal - 0.045 * calm * (1.0 - hair) * slope / (abs(area) + 1e-4) * sign(area));

  if (uStrain > 0.0) {
    colour = mix(colour, strained(vStrain), uStrain);
    gloss *= 1.0 - 0.6 * uStrain;
  }
  vec3 light = lighted(Surface(
    colour, normal, view, arriving(vAt, normal), openness, vec3(0.42, 0.24, 0.18), gloss,
    vState.w * (1.0 - hair), false));
  // Light passes a longer way where the skin is seen from the side, so that less gets through there.
  float cover = 1.0 - pow(uFade, 1.0 / max(dot(normalize(vNormal), view), 0.12));
  outColour = shown(light, cover * whole());
}
`;

export const EYE = /* glsl */ `
${LIGHT}
${VARYINGS}
uniform mat3 uGaze[2];
uniform vec3 uEye;        // radius of the globe, of the iris, of the pupil
const float RISE = 1.1;   // of the cornea

vec3 irisColour(vec2 at) {
  float radius = length(at), limbus = uEye.y, pupil = uEye.z;
  float part = radius / limbus;
  float turn = atan(at.y, at.x);
  // Fibres run from the edge of the pupil, which moves, to the limbus, which does not.
  float along = (radius - pupil) / max(limbus - pupil, 0.1);
  float fibre = noise(vec2(turn * 14.0 + 60.0, part * 2.2)) * 0.6 + noise(vec2(turn * 31.0 + 90.0, part * 3.5)) * 0.4;
  float tone = (0.45 + 0.95 * fibre) * (1.0 - 0.72 * smoothstep(0.70, 1.0, part));
  tone *= 1.0 + 0.55 * (1.0 - smoothstep(0.04, 0.42, along));
  // Light from above gathers in the lower half of the iris.
  tone *= 1.0 - 0.45 * at.y / limbus;
  tone *= smoothstep(pupil - 0.25, pupil + 0.2, radius);
  return uHues[4] * tone;
}

// What a wet globe mirrors of two soft boxes and a little of the room.
float wetShine(vec3 normal, vec3 view, float openness) {
  float facing = dot(normal, view);
  vec3 mirrored = 2.0 * facing * normal - view;
  // The main box is mirrored a little lower than it stands, where the lid does not hide it.
  vec3 box = normalize(uLights[0] + 0.2 * view - 0.2 * uLights[8]);
  float shine = 0.95 * smoothstep(0.955, 0.98, dot(mirrored, box)) * (0.3 + 0.7 * openness);
  shine += 0.12 * openness * smoothstep(0.975, 0.99, dot(mirrored, uLights[2]));
  float grazing = 1.0 - max(facing, 0.0);
  return shine + (0.02 + 0.2 * grazing * grazing) * openness * max(dot(mirrored, uLights[8]), 0.0);
}

void main() {
  vec3 view = normalize(uViewer - vAt);
  int eye = vAt.x > 0.0 ? 0 : 1;
  vec3 normal = normalize(vNormal);
  float aside = length(vPlace.xy), part = aside / uEye.y;
  vec3 white = vPaint.rgb, colour = white, bump = normal;
  if (vPlace.z > 0.0 && part < 1.3) {
    // The mesh is too coarse for a mirror: the cornea's normal is computed.
    vec2 out2 = vPlace.xy / max(aside, 1e-4);
    float globe = aside / sqrt(max(uEye.x * uEye.x - aside * aside, 1.0));
    float bulge = 2.0 * RISE * part / uEye.y * (1.0 - smoothstep(0.86, 1.12, part));
    vec3 own = normalize(vec3(out2 * (globe + bulge), 1.0));
    bump = normalize(mix(normal, uGaze[eye] * own, 1.0 - smoothstep(1.1, 1.3, part)));
    // The iris lies behind the cornea, which bends the line of sight towards it.
    vec3 sight = transpose(uGaze[eye]) * refract(-view, bump, 1.0 / 1.336);
    float floorZ = sqrt(uEye.x * uEye.x - uEye.y * uEye.y) - 0.2;
    float depth = max(vPlace.z - floorZ, 0.0) * (1.0 - smoothstep(0.8, 1.0, part));
    vec2 at = vPlace.xy + sight.xy / min(sight.z, -0.25) * -depth;
    colour = mix(irisColour(at), white, smoothstep(0.94, 1.08, part));
  }
  // The lids shade the globe, above all the upper one; tears stand along the lower.
  vec3 upper = margin(2 * eye, vAt.x), lower = margin(2 * eye + 1, vAt.x);
  float hung = 0.85 * beside(max(upper.x - vAt.y, 0.0), 3.4) + 0.22 * beside(max(vAt.y - lower.x, 0.0), 1.7)
    + 0.3 * beside(max(upper.z, 0.0), 3.0);
  hung = min(hung, 1.0);
  float openness = 1.0 - 0.78 * hung;
  float shade = 1.0 - 0.35 * hung * hung;
  colour *= vec3(shade, shade * shade, shade * shade);
  float arrives = arriving(vAt, normal);
  vec3 light = lighted(Surface(colour, normal, view, arrives, openness, vec3(0.5, 0.42, 0.4), 0.0, 0.0, false));
  // The white mirrors far less clearly than the cornea.
  float shine = wetShine(bump, view, openness) * clamp(3.6 - 3.0 * part, 0.15, 1.0);
  shine += 0.16 * beside(abs(vAt.y - lower.x - 0.25), 0.45) * (0.3 + 0.7 * arrives);
  outColour = shown(light + shine, 1.0);
}
`;

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
  Surface tooth = Surface(vPaint.rgb, normal, view, 0.5 + 0.5 * shownKey, vState.x * (1.0 - 0.45 * hung),
    vec3(0.45, 0.4, 0.35), vPaint.a, 0.0, true);
  float dark = 1.0 - 0.85 * hung;
  Surface wet = Surface(vPaint.rgb, normal, view, shownKey, vState.x * dark * dark, vec3(0.4, 0.25, 0.2), vPaint.a, 0.0, true);
  if (uTooth > 0.5) outColour = shown(lighted(tooth), 1.0);
  else outColour = shown(lighted(wet), 1.0);
}
`;

export const LASH_VERTEX = /* glsl */ `
in float cover;
out float vCover;
void main() {
  vCover = cover;
  vec4 at = modelViewMatrix * vec4(position, 1.0);
  // A lash may start a little within the lid, and a line is laid on its rounded edge.
  at.xyz *= 1.0 - 1.5 / length(at.xyz);
  gl_Position = projectionMatrix * at;
}
`;

export const LASH = /* glsl */ `
${LIGHT}
uniform vec3 uHues[5];
uniform float uFade;
in float vCover;
out vec4 outColour;
void main() { outColour = shown(uHues[3], vCover * (1.0 - uFade)); }
`;

export const FLESH_VERTEX = /* glsl */ `
uniform sampler2D uWork;
in vec3 aside;
in vec4 fibre;      // across and along [mm], tendon, openness
in float body;
out vec3 vAt;
out vec3 vNormal;
out vec3 vAside;
out vec4 vFibre;
out float vWork;
out float vNumber;
void main() {
  vAt = position;
  vNormal = normal;
  vAside = aside;
  vFibre = fibre;
  vWork = texelFetch(uWork, ivec2(int(body + 0.5), 0), 0).r;
  vNumber = mod(body, float(textureSize(uWork, 0).x / 2));
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}
`;

const FLESH_VARYINGS = /* glsl */ `
in vec3 vAt;
in vec3 vNormal;
in vec3 vAside;
in vec4 vFibre;
in float vWork;
in float vNumber;
out vec4 outColour;
`;

export const FLESH = /* glsl */ `
${LIGHT}
${FLESH_VARYINGS}
const vec3 REST = vec3(0.214, 0.0209, 0.0163), WORKING = vec3(0.604, 0.0331, 0.0177);

// How high the fibre bundles stand; grooves between them are low.
float bundles(vec2 at, float seed, float grain) {
  at.x += 0.7 * noise(vec2(at.y * 0.11 + seed, at.x * 0.2));
  return 0.6 * fine(vec2(at.x * 1.15 + 7.1 * seed, at.y * 0.045 + seed), grain * 1.9)
    + 0.4 * fine(vec2(at.x * 3.1 + 3.7 * seed, at.y * 0.09 + 2.0 * seed), grain * 4.6);
}

void main() {
  vec3 view = normalize(uViewer - vAt);
  vec3 normal = normalize(vNormal), aside = normalize(vAside);
  float seed = 1.7 * vNumber + 3.0;
  float grain = length(fwidth(vFibre.xy)) * 0.7;
  float height = bundles(vFibre.xy, seed, grain);
  float step = 0.12 + 0.5 * grain;
  float slope = (bundles(vFibre.xy + vec2(step, 0.0), seed, grain) - height) * 0.55 / step;
  normal = normalize(normal - slope * aside);
  // No two neighbours are of quite the same red; fibres end one by one where the tendon begins.
  vec3 colour = (1.0 + 0.13 * sin(2.4 * vNumber)) * mix(REST, WORKING, vWork);
  float white = smoothstep(0.25, 0.75, vFibre.z + 0.9 * (height - 0.5));
  float groove = 0.62 + 0.62 * height;
  vec3 red = colour * groove * vec3(1.0, 0.85 + 0.3 * height, 1.0);
  colour = mix(red, vec3(0.55, 0.45, 0.34) * (0.75 + 0.4 * height), white);
  vec3 light = lighted(Surface(colour, normal, view, arriving(vAt, normal), vFibre.w, vec3(0.25, 0.12, 0.10),
    0.45 + 0.5 * height, 0.0, false));
  // A working belly glows from within, so that it is seen even in the shade.
  light += (1.0 - white) * vWork * vWork * vec3(0.34, 0.075, 0.02) * (0.6 + 0.4 * height);
  outColour = shown(light, 1.0);
}
`;

/** A muscle that is pointed at, seen through whatever lies before it. */
export const MARKED = /* glsl */ `
${LIGHT}
${FLESH_VARYINGS}
void main() {
  vec3 view = normalize(uViewer - vAt);
  float rim = 1.0 - abs(dot(normalize(vNormal), view));
  outColour = shown(vec3(0.02, 0.55, 0.72), 0.16 + 0.62 * rim * rim);
}
`;

export const BONE_VERTEX = /* glsl */ `
uniform mat4 uJaw;
in vec4 paint;      // square root of colour, openness
in float jaw;
out vec3 vAt;
out vec3 vNormal;
out vec4 vPaint;
void main() {
  vAt = mix(position, (uJaw * vec4(position, 1.0)).xyz, jaw);
  vNormal = normalize(mix(normal, mat3(uJaw) * normal, jaw));
  vPaint = vec4(paint.rgb * paint.rgb, paint.a);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(vAt, 1.0);
}
`;

export const BONE = /* glsl */ `
${LIGHT}
in vec3 vAt;
in vec3 vNormal;
in vec4 vPaint;
out vec4 outColour;
void main() {
  vec3 view = normalize(uViewer - vAt);
  vec3 normal = normalize(vNormal);
  vec3 light = lighted(Surface(vPaint.rgb, normal, view, arriving(vAt, normal), vPaint.a, vec3(0.2, 0.18, 0.16),
    0.2, 0.0, false));
  // Seen from behind, through orbit and mouth, it is dark; at its outline both sides meet.
  light = mix(light, vec3(0.022, 0.007, 0.006), smoothstep(0.05, 0.3, -dot(normal, view)));
  outColour = shown(light, smoothstep(-131.0, -108.0, vAt.y + 0.12 * vAt.z));
}
`;

export const SHADOW_VERTEX = /* glsl */ `
uniform mat4 uToClip;
void main() { gl_Position = uToClip * vec4(position, 1.0); }
`;

export const NOTHING = /* glsl */ `
precision highp float;
out vec4 outColour;
void main() { outColour = vec4(1.0); }
`;

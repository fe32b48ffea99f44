// What an eye looks like, and its lashes.

import { LIGHT } from "./light.glsl";
import { VARYINGS } from "./surface.glsl";

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
  // Crypts are dark gaps between the fibres, most of them outside the collarette.
  float crypt = smoothstep(0.62, 0.85, noise(vec2(turn * 4.5 + 20.0, part * 5.0))) * smoothstep(0.3, 0.5, along);
  float tone = (0.42 + 1.0 * fibre) * (1.0 - 0.62 * smoothstep(0.76, 1.0, part)) * (1.0 - 0.35 * crypt);
  float collar = 1.0 - smoothstep(0.10, 0.42, along + 0.16 * (fibre - 0.5));
  tone *= 1.0 + 0.45 * collar;
  // Light from above gathers in the lower half of the iris.
  tone *= 1.0 - 0.55 * at.y / limbus;
  tone *= smoothstep(pupil - 0.2, pupil + 0.15, radius);
  // Amber within the collarette, greener and greyer without.
  return uHues[4] * tone * mix(vec3(0.92, 1.08, 1.22), vec3(1.12, 0.98, 0.82), collar);
}

// The white is ivory and shows fine vessels, most towards the corners.
vec3 veined(vec3 place, float inwards) {
  float turn = atan(place.y, abs(place.x));
  float corner = smoothstep(0.45, 0.95, abs(place.x) / uEye.x);
  float bend = turn * 9.0 + 1.1 * noise(place.xy * 0.7 + 9.0) + 0.5 * noise(place.xy * 1.9 + 3.0);
  float vessel = 1.0 - smoothstep(0.0, 0.16, abs(fract(bend) - 0.5));
  vessel *= noise(place.xy * 0.9 + 50.0) * (0.2 + 0.8 * corner);
  // Towards the nose the white passes into the pink of the inner corner.
  vec3 white = mix(vec3(0.90, 0.87, 0.84), vec3(0.86, 0.66, 0.62), smoothstep(0.45, 0.85, inwards * place.x / uEye.x));
  return white * (1.0 - vec3(0.05, 0.42, 0.42) * vessel);
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
  vec3 white = vPaint.rgb * veined(vPlace.xyz, eye == 0 ? -1.0 : 1.0), colour = white, bump = normal;
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
    colour = mix(irisColour(at), white, smoothstep(0.91, 1.09, part));
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
  vec3 light = lighted(Surface(colour, normal, normal, view, arrives, openness, vec3(0.5, 0.42, 0.4), 0.0, 0.0, 0.0));
  // The white mirrors far less clearly than the cornea.
  float shine = wetShine(bump, view, openness) * clamp(3.6 - 3.0 * part, 0.15, 1.0);
  shine += 0.16 * beside(abs(vAt.y - lower.x - 0.25), 0.45) * (0.3 + 0.7 * arrives);
  outColour = shown(light + shine, 1.0);
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

// How studio light falls on a face: what risorius.picture.surface does, for the graphics processor.
//
// All places and directions are in the frame of the head [mm], all colours are linear light.

import { COLUMNS } from "./margins";

export const LIGHT = /* glsl */ `
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp sampler2DShadow;

uniform vec3 uViewer;          // the camera's place
uniform vec3 uLights[9];       // rows of Look.lights
uniform mat4 uToShadow;
uniform sampler2DShadow uShadow;
uniform sampler2D uMargins;

float cellNoise(ivec2 cell) {
  uint h = uint(cell.x) * 374761393u + uint(cell.y) * 668265263u;
  h = (h ^ (h >> 13)) * 1274126177u;
  return float((h ^ (h >> 16)) & 0xFFFFu) / 65535.0;
}

// Smooth noise 0..1 with features of size one.
float noise(vec2 at) {
  vec2 low = floor(at);
  ivec2 cell = ivec2(low);
  vec2 part = at - low;
  part = part * part * (3.0 - 2.0 * part);
  return mix(
    mix(cellNoise(cell), cellNoise(cell + ivec2(1, 0)), part.x),
    mix(cellNoise(cell + ivec2(0, 1)), cellNoise(cell + ivec2(1, 1)), part.x),
    part.y);
}

// Noise that fades to its mean where the width of a pixel blurs it.
float fine(vec2 at, float grain) {
  return grain >= 1.4 ? 0.5 : 0.5 + (noise(at) - 0.5) * (1.0 - smoothstep(0.6, 1.4, grain));
}

// How much of the key light arrives: a soft edge of some millimetres. What the light grazes would else
// lie in the shadow of its own texels.
float arriving(vec3 place, vec3 normal) {
  float direct = dot(normal, uLights[0]);
  vec3 at = (uToShadow * vec4(place + normal * (1.0 + 4.0 * (1.0 - direct * direct)), 1.0)).xyz;
  float texel = 1.0 / float(textureSize(uShadow, 0).x);
  float seen = 0.0;
  for (int row = 0; row < 4; row++)
    for (int column = 0; column < 4; column++)
      seen += texture(uShadow, vec3(at.xy + texel * (vec2(column, row) - 1.5), at.z));
  return seen / 16.0;
}

float power4(float cosine) { float square = cosine * cosine; return square * square; }

float gleam(vec3 normal, vec3 view, vec3 light) {
  return power4(max(dot(normal, normalize(view + light)), 0.0));
}

struct Surface {
  vec3 colour;
  vec3 normal;
  vec3 view;
  float shown;      // of the key light
  float openness;   // of the room's light
  vec3 wrap;        // how far each colour creeps into the shadow
  float gloss;
  float sheer;      // light that comes through from behind
  bool tight;
};

vec3 lighted(Surface s) {
  float direct = dot(s.normal, uLights[0]);
  float hole = 0.35 + 0.65 * s.openness;
  float shown = (0.18 + 0.82 * s.shown) * hole;
  float fill = max((dot(s.normal, uLights[2]) + 0.3) / 1.3, 0.0) * hole;
  float sky = 0.5 + 0.5 * dot(s.normal, uLights[8]);
  float grazing = 1.0 - max(dot(s.normal, s.view), 0.0);
  grazing *= grazing;
  float rim = max(dot(s.normal, uLights[6]), 0.0) * grazing * grazing * s.openness;
  float shine = 0.0;
  if (s.gloss > 0.0) {
    float broad = gleam(s.normal, s.view, uLights[0]);
    broad *= broad;
    float power = power4(broad);
    power = s.tight ? power * power : power;
    shine = shown * max(direct, 0.0) * (0.10 * broad + 0.22 * power);
    shine = s.gloss * (shine + 0.05 * s.openness * power4(gleam(s.normal, s.view, uLights[2])));
  }
  // Where a surface turns away from the lamp it is that turning which darkens it, not its own shadow.
  shown = mix(max(shown, 0.6 * hole), shown, smoothstep(-0.2, 0.3, direct));
  // Red travels furthest through skin, past the edge of a shadow and out of a hole.
  vec3 through = max((direct + s.wrap) / (1.0 + s.wrap), 0.0) * pow(vec3(shown), vec3(0.75, 0.95, 1.0));
  vec3 room = mix(uLights[5], uLights[4], sky) * s.openness * vec3(1.25 - 0.25 * s.openness, 1.0, 1.0);
  vec3 light = through * uLights[1] + fill * uLights[3] + room;
  // An ear before a lamp glows: what comes from behind leaves reddened by the blood on its way.
  vec3 behind = max(-direct, 0.0) * uLights[1] + max(-dot(s.normal, uLights[6]), 0.0) * uLights[7] * 1.6
    + max(-dot(s.normal, uLights[2]), 0.0) * uLights[3];
  light += s.sheer * vec3(1.15, 0.32, 0.17) * behind;
  return s.colour * light + shine * uLights[1] + rim * uLights[7];
}

// Height and depth of an edge over a place across the face; beyond its ends it counts as far away.
vec3 margin(int edge, float x) {
  vec4 first = texelFetch(uMargins, ivec2(0, edge), 0);
  float at = (x - first.z) / (first.w - first.z) * float(${COLUMNS - 1});
  float inside = min(at, float(${COLUMNS - 1}) - at);
  int column = int(clamp(floor(at), 0.0, float(${COLUMNS - 2})));
  vec4 near = texelFetch(uMargins, ivec2(column, edge), 0);
  vec4 next = texelFetch(uMargins, ivec2(column + 1, edge), 0);
  float step = (first.w - first.z) / float(${COLUMNS - 1});
  return vec3(mix(near.xy, next.xy, clamp(at - float(column), 0.0, 1.0)), inside * step);
}

// How near something hangs: 1 right beside, 0 from a reach on.
float beside(float distance, float reach) {
  float part = clamp(1.0 - distance / reach, 0.0, 1.0);
  return part * part * (1.5 - 0.5 * part);
}

// Light above 0.7 is bent over, then shown as sRGB.
vec4 shown(vec3 light, float cover) {
  light = min(light, 2.0);
  light = mix(light, 0.7 + 0.3 * (1.0 - exp(-(light - 0.7) / 0.3)), step(0.7, light));
  vec3 curve = mix(12.92 * light, 1.055 * pow(max(light, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, light));
  return vec4(curve * cover, cover);
}
`;

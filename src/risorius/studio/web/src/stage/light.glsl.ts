// How studio light falls on a face: what risorius.picture.surface does, for the graphics processor.
//
// All places and directions are in the frame of the head [mm], all colours are linear light.

import { COLUMNS } from "./margins";
import { NOISE } from "./noise.glsl";

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
const float EXPOSURE = 1.0, KNEE = 0.55;

${NOISE}
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
  vec3 soft;        // the normal without its fine relief, which light inside the skin does not see
  vec3 view;
  float shown;      // of the key light
  float openness;   // of the room's light
  vec3 wrap;        // how far each colour creeps into the shadow
  float gloss;      // of skin: broad
  float wet;        // of a film of water: narrow
  float sheer;      // light that comes through from behind
};

// What a lamp does on the outside of a surface: a broad lobe, a narrow one and that of water.
float shining(Surface s, vec3 lamp) {
  float broad = gleam(s.normal, s.view, lamp);
  broad *= broad;
  float narrow = power4(broad);
  float film = narrow * narrow * narrow * narrow;
  return s.gloss * (0.11 * broad + 0.20 * narrow) + s.wet * (0.16 * narrow + 0.75 * film);
}

vec3 lighted(Surface s) {
  float direct = dot(s.soft, uLights[0]);
  float crisp = dot(s.normal, uLights[0]);
  float hole = 0.35 + 0.65 * s.openness;
  float shown = (0.18 + 0.82 * s.shown) * hole;
  float fill = max((dot(s.soft, uLights[2]) + 0.3) / 1.3, 0.0) * hole;
  float sky = 0.5 + 0.5 * dot(s.normal, uLights[8]);
  float grazing = 1.0 - max(dot(s.normal, s.view), 0.0);
  grazing *= grazing;
  float rim = max(dot(s.normal, uLights[6]), 0.0) * grazing * grazing * s.openness;
  float shine = shown * smoothstep(0.0, 0.25, crisp) * shining(s, uLights[0])
    + 0.3 * s.openness * shining(s, uLights[2]);
  // Down on the skin catches light where it is seen from the side.
  shine += 0.05 * s.gloss * grazing * s.openness * (0.4 + 0.6 * max(crisp, 0.0));
  // Where a surface turns away from the lamp it is that turning which darkens it, not its own shadow.
  shown = mix(max(shown, 0.6 * hole), shown, smoothstep(-0.2, 0.3, direct));
  // Red travels furthest through skin: past its fine relief, past the edge of a shadow, out of a hole.
  vec3 facing = mix(vec3(crisp), vec3(direct), vec3(0.9, 0.55, 0.4));
  vec3 through = max((facing + s.wrap) / (1.0 + s.wrap), 0.0) * pow(vec3(shown), vec3(0.62, 0.94, 1.0));
  vec3 room = mix(uLights[5], uLights[4], sky) * s.openness * vec3(1.25 - 0.25 * s.openness, 1.0, 1.0);
  vec3 light = through * uLights[1] + fill * uLights[3] + room;
  // An ear before a lamp glows: what comes from behind leaves reddened by the blood on its way.
  vec3 behind = max(-direct, 0.0) * uLights[1] + max(-dot(s.soft, uLights[6]), 0.0) * uLights[7] * 1.6
    + max(-dot(s.soft, uLights[2]), 0.0) * uLights[3];
  light += s.sheer * vec3(1.25, 0.26, 0.13) * behind;
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

// What is too bright is bent over, then shown as sRGB. The brightest part leads the others, so that light
// skin does not turn yellow; very bright light turns white.
vec4 shown(vec3 light, float cover) {
  light = max(light * EXPOSURE, 0.0);
  float most = max(light.r, max(light.g, light.b));
  float bent = most > KNEE ? KNEE + (1.0 - KNEE) * (1.0 - exp(-(most - KNEE) / (1.0 - KNEE))) : most;
  light *= bent / max(most, 1e-4);
  light = mix(light, vec3(bent), 0.5 * smoothstep(0.9, 2.2, most));
  vec3 curve = mix(12.92 * light, 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, light));
  return vec4(curve * cover, cover);
}

// The neck ends in the air; it fades instead of being cut.
float whole(float far) { return smoothstep(1.0, 24.0, far); }
`;

// What lies under the skin: muscles and bone.

import { LIGHT } from "./light.glsl";

export const FLESH_VERTEX = /* glsl */ `
uniform sampler2D uWork;
in vec3 aside;
in vec4 fibre;      // across and along [mm], tendon, openness
in vec2 body;       // its number; how far from the neck's end
out vec3 vAt;
out vec3 vNormal;
out vec3 vAside;
out vec4 vFibre;
out float vWork;
out float vNumber;
out float vFar;
void main() {
  vAt = position;
  vFar = body.y;
  vNormal = normal;
  vAside = aside;
  vFibre = fibre;
  vWork = texelFetch(uWork, ivec2(int(body.x + 0.5), 0), 0).r;
  vNumber = mod(body.x, float(textureSize(uWork, 0).x / 2));
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
in float vFar;
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
  vec3 light = lighted(Surface(colour, normal, normal, view, arriving(vAt, normal), vFibre.w,
    vec3(0.25, 0.12, 0.10), 0.45 + 0.5 * height, 0.0, 0.0));
  // A working belly glows from within, so that it is seen even in the shade.
  light += (1.0 - white) * vWork * vWork * vec3(0.34, 0.075, 0.02) * (0.6 + 0.4 * height);
  outColour = shown(light, whole(vFar));
}
`;

/** A muscle that is pointed at, seen through whatever lies before it. */
export const MARKED = /* glsl */ `
${LIGHT}
${FLESH_VARYINGS}
void main() {
  vec3 view = normalize(uViewer - vAt);
  float rim = 1.0 - abs(dot(normalize(vNormal), view));
  outColour = shown(vec3(0.01, 0.60, 0.85), 0.42 + 0.5 * rim * rim);
}
`;

export const BONE_VERTEX = /* glsl */ `
uniform mat4 uJaw;
in vec4 paint;      // square root of colour, openness
in float jaw;
in float far;
out vec3 vAt;
out vec3 vNormal;
out vec4 vPaint;
out float vFar;
void main() {
  vAt = mix(position, (uJaw * vec4(position, 1.0)).xyz, jaw);
  vFar = far;
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
in float vFar;
out vec4 outColour;
void main() {
  vec3 view = normalize(uViewer - vAt);
  vec3 normal = normalize(vNormal);
  vec3 light = lighted(Surface(vPaint.rgb, normal, normal, view, arriving(vAt, normal), vPaint.a,
    vec3(0.2, 0.18, 0.16), 0.2, 0.0, 0.0));
  // Seen from behind, through orbit and mouth, it is dark; at its outline both sides meet.
  light = mix(light, vec3(0.022, 0.007, 0.006), smoothstep(0.05, 0.3, -dot(normal, view)));
  outColour = shown(light, whole(vFar));
}
`;

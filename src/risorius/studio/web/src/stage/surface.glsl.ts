// What all surfaces of the outer head know of a place.

export const VERTEX = /* glsl */ `
uniform float uBreath;
in vec4 place;      // on the head at rest, on eyes from the centre of the globe; how far from the neck's end
in vec4 paint;      // square root of colour, gloss
in vec4 state;      // openness, lip, scalp, sheer
in vec3 brow;       // along, across, cover
in float strain;
out vec3 vAt;
out vec3 vNormal;
out vec4 vPlace;
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

export const VARYINGS = /* glsl */ `
uniform vec3 uHues[5];
uniform float uFade;
uniform float uPixel;      // its width at one millimetre's distance
in vec3 vAt;
in vec3 vNormal;
in vec4 vPlace;
in vec4 vPaint;
in vec4 vState;
in vec3 vBrow;
in float vStrain;
out vec4 outColour;
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

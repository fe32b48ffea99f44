// Random detail that every graphics processor computes alike.

export const NOISE = /* glsl */ `
float cellNoise(ivec2 cell) {
  uint h = uint(cell.x) * 374761393u + uint(cell.y) * 668265263u;
  h = (h ^ (h >> 13)) * 1274126177u;
  return float((h ^ (h >> 16)) & 0xFFFFu) / 65535.0;
}

// Smooth noise 0..1 with features of size one, and how it changes along both ways.
vec3 hilly(vec2 at) {
  vec2 low = floor(at);
  ivec2 cell = ivec2(low);
  vec2 part = at - low;
  vec2 ease = part * part * part * (part * (part * 6.0 - 15.0) + 10.0);
  vec2 rate = 30.0 * part * part * (part * (part - 2.0) + 1.0);
  float a = cellNoise(cell), b = cellNoise(cell + ivec2(1, 0));
  float c = cellNoise(cell + ivec2(0, 1)), d = cellNoise(cell + ivec2(1, 1));
  float both = a - b - c + d;
  return vec3(
    a + (b - a) * ease.x + (c - a) * ease.y + both * ease.x * ease.y,
    rate * (vec2(b - a, c - a) + both * ease.yx));
}

float noise(vec2 at) { return hilly(at).x; }

// Soft round dots 0..1, one somewhere in each cell of size one, and how they change along both ways. Their
// radius is at most a quarter.
vec3 dots(vec2 at, float radius) {
  vec2 low = floor(at);
  ivec2 cell = ivec2(low);
  vec2 away = at - low - 0.25 - 0.5 * vec2(cellNoise(cell), cellNoise(cell + ivec2(71, 113)));
  float part = max(1.0 - dot(away, away) / (radius * radius), 0.0);
  return vec3(part * part, -4.0 * part / (radius * radius) * away);
}

// How much is left of detail where the width of a pixel blurs it.
float sharp(float grain) { return 1.0 - smoothstep(0.6, 1.4, grain); }

// Noise that fades to its mean where a pixel blurs it.
float fine(vec2 at, float grain) {
  float left = sharp(grain);
  return left > 0.0 ? 0.5 + (noise(at) - 0.5) * left : 0.5;
}
`;

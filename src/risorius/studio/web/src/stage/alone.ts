// The stage by itself, for who works on it: `npm run dev`, then /stage.html?skin=0.5&muscles&look=eyes&zygomaticus_major=1
// A name may end in .left or .right; jaw, gaze, head and pupil take numbers with commas between them.

import { openStage, type Frame, type Preset, type Side } from "./stage";

const asked = new URLSearchParams(location.search);
const told = document.getElementById("told")!;
const canvas = document.getElementById("stage") as HTMLCanvasElement;

async function bytes(part: string): Promise<ArrayBuffer> {
  return (await fetch(`/api/face/${part}`)).arrayBuffer();
}

function numbers(name: string): number[] | null {
  return asked.get(name)?.split(",").map(Number) ?? null;
}

async function open(): Promise<void> {
  const [rig, head, muscles] = await Promise.all(["rig", "head", "muscles"].map(bytes));
  const stage = await openStage(canvas, { rig, head, muscles });
  const { channels } = stage;
  const activation = new Float32Array(2 * channels.length);
  for (const [name, value] of asked) {
    for (const [side, word] of ["left", "right"].entries()) {
      const channel = name.endsWith(`.${word}`) ? name.slice(0, -word.length - 1) : name;
      const both = !name.endsWith(".left") && !name.endsWith(".right");
      const at = channels.indexOf(channel);
      if (at >= 0 && (both || channel !== name)) activation[2 * at + side] = Number(value);
    }
  }
  const frame: Frame = { activation, jaw: numbers("jaw"), gaze: numbers("gaze"), headPose: numbers("head") ?? [] };
  if (asked.has("pupil")) frame.pupil = Number(asked.get("pupil"));
  frame.breath = Number(asked.get("breath") ?? 0);
  stage.layers = {
    skin: Number(asked.get("skin") ?? 1),
    muscles: asked.has("muscles"),
    strain: asked.has("strain"),
  };
  stage.look((asked.get("look") ?? "front") as Preset);
  stage.highlight(asked.get("mark"), asked.get("side") as Side | null);
  stage.onpick = ({ channel, side }) => (told.textContent = channel ? `${channel}.${side}` : "nothing");
  addEventListener("resize", () => stage.resize());
  const draw = (): void => {
    const start = performance.now();
    stage.show(frame);
    document.title = `${stage.ratio} ${(performance.now() - start).toFixed(1)} ms`;
    requestAnimationFrame(draw);
  };
  draw();
}

open().catch((reason: unknown) => (told.textContent = reason instanceof Error ? reason.message : String(reason)));

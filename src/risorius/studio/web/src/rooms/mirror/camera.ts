/** The camera: opened when asked, closed when left, and its pictures as they come. */

/** Wide enough for the reader, small enough to be packed in a few milliseconds. */
const SIZE = { width: 640, height: 480 };
const QUALITY = 0.8;
/** More than this on their way only makes all of them late. */
export const MOST_WAITING = 2;

export type Trouble = "none" | "refused" | "busy" | "insecure" | "lost" | "other";

export const TROUBLE_WORDS: Record<Trouble, [string, string]> = {
  none: ["No camera was found", "Connect a camera, or switch on the one of this computer, then try again."],
  refused: [
    "The browser does not let this page use the camera",
    "Click the camera sign in the address bar, allow it for this page, then try again. The picture stays on this computer.",
  ],
  busy: ["The camera is in use", "Another program or tab holds it. Close that one, then try again."],
  insecure: [
    "A camera works only on this computer",
    "Browsers give a page the camera only at 127.0.0.1 or over HTTPS. Open the studio on the computer that has the camera.",
  ],
  lost: ["The camera went away", "It was unplugged or switched off. Connect it again, then try again."],
  other: ["The camera could not be opened", "Try again; if that does not help, start the browser anew."],
};

const TROUBLE_OF: Record<string, Trouble> = {
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotReadableError: "busy",
  AbortError: "busy",
};

export function troubleOf(reason: unknown): Trouble {
  return (reason instanceof DOMException && TROUBLE_OF[reason.name]) || "other";
}

/** Ask for the camera and show it in an element; rejects with a DOMException. */
export async function openCamera(video: HTMLVideoElement, lost: () => void): Promise<() => void> {
  const constraints = { ...SIZE, frameRate: { ideal: 30 }, facingMode: "user" };
  const stream = await navigator.mediaDevices.getUserMedia({ video: constraints, audio: false });
  for (const track of stream.getTracks()) track.onended = lost;
  video.srcObject = stream;
  await video.play();
  return () => {
    for (const track of stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
    video.srcObject = null;
  };
}

/** A picture on its way: number and time [s] as 64-bit numbers, little-endian, then a JPEG. */
export async function pack(number: number, seconds: number, picture: Blob): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(16 + picture.size);
  const header = new DataView(bytes.buffer);
  header.setFloat64(0, number, true);
  header.setFloat64(8, seconds, true);
  bytes.set(new Uint8Array(await picture.arrayBuffer()), 16);
  return bytes.buffer;
}

/** Give every new picture of a video as a JPEG with the time [ms] it was taken, while `wanted` says so. */
export function eachPicture(
  video: HTMLVideoElement,
  wanted: () => boolean,
  give: (taken: number, picture: Blob) => void,
): () => void {
  const canvas = new OffscreenCanvas(1, 1);
  const brush = canvas.getContext("2d", { alpha: false })!;
  let handle = 0;
  let packing = false;
  const next = (now: number, about: VideoFrameCallbackMetadata): void => {
    handle = video.requestVideoFrameCallback(next);
    if (packing || !wanted()) return;
    packing = true;
    // As the camera sees: never mirrored here, so that left stays left.
    const scale = Math.min(1, SIZE.width / about.width);
    canvas.width = Math.round(about.width * scale);
    canvas.height = Math.round(about.height * scale);
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    canvas
      .convertToBlob({ type: "image/jpeg", quality: QUALITY })
      .then((picture) => give(about.captureTime ?? now, picture))
      .finally(() => (packing = false));
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

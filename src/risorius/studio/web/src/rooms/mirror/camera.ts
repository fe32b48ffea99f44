/** The camera: opened when asked, closed when left, and its pictures as they come. */

/** Enough for the reader; a larger picture only takes longer. */
const SIZE = { width: { ideal: 640, max: 1280 }, height: { ideal: 480, max: 720 } };

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

/** Before the samples of a picture: number, time [s], form, width, height. */
const HEADER = 24;
/** The forms that the server reads as they are; others are turned into the last one. */
const FORMS: readonly (string | null)[] = ["I420", "NV12", "RGBX"];

/** A picture on its way: plain samples, as packing and unpacking them would take longer than sending. */
export async function pack(number: number, taken: number, picture: VideoFrame): Promise<ArrayBuffer> {
  const form = FORMS.includes(picture.format) ? picture.format! : "RGBX";
  const how = form === picture.format ? {} : { format: form as VideoPixelFormat };
  const bytes = new Uint8Array(HEADER + picture.allocationSize(how));
  const header = new DataView(bytes.buffer);
  header.setFloat64(0, number, true);
  header.setFloat64(8, taken / 1000, true);
  for (let at = 0; at < 4; at++) header.setUint8(16 + at, form.charCodeAt(at));
  header.setUint16(20, picture.visibleRect!.width, true);
  header.setUint16(22, picture.visibleRect!.height, true);
  await picture.copyTo(bytes.subarray(HEADER), how);
  return bytes.buffer;
}

/** Takes a picture and the time [ms] at which the camera took it; the picture is gone afterwards. */
export type Take = (picture: VideoFrame, taken: number) => Promise<void>;

/** Give every new picture, as the camera sees: never mirrored here, so that left stays left. */
export function eachPicture(video: HTMLVideoElement, take: Take): () => void {
  const track = (video.srcObject as MediaStream).getVideoTracks()[0];
  return "MediaStreamTrackProcessor" in window ? fromTrack(track, take) : fromScreen(video, take);
}

/** Straight from the camera, whatever the screen does. Not every browser can. */
function fromTrack(track: MediaStreamTrack, take: Take): () => void {
  const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
  // The camera's clock is not the page's. The fastest picture came at once, or as good as that.
  let ahead = -Infinity;
  const read = async (): Promise<void> => {
    for (;;) {
      const { value: picture } = await reader.read();
      if (!picture) return;
      const taken = picture.timestamp / 1000;
      ahead = Math.max(ahead, taken - performance.now());
      await take(picture, taken - ahead).finally(() => picture.close());
    }
  };
  void read();
  return () => void reader.cancel();
}

/** As they come onto the page. */
function fromScreen(video: HTMLVideoElement, take: Take): () => void {
  let handle = 0;
  const next = (now: number, about: VideoFrameCallbackMetadata): void => {
    handle = video.requestVideoFrameCallback(next);
    const picture = new VideoFrame(video, { timestamp: 1000 * now });
    void take(picture, about.captureTime ?? now).finally(() => picture.close());
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

/** Not yet among the types of the DOM. */
declare global {
  interface Window {
    MediaStreamTrackProcessor: typeof MediaStreamTrackProcessor;
  }
  class MediaStreamTrackProcessor {
    constructor(init: { track: MediaStreamTrack; maxBufferSize?: number });
    readonly readable: ReadableStream<VideoFrame>;
  }
}

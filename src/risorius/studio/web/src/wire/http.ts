/** Asking the studio's server, with every failure in words for the person who reads it. */

export class StudioError extends Error {
  constructor(
    message: string,
    /** The status of the answer; 0 where none came. */
    readonly status: number,
  ) {
    super(message);
  }
}

export const GONE = "The studio does not answer. Start it again with “risorius studio”; this page goes on by itself.";

export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...init });
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw new StudioError(GONE, 0);
  }
  if (!answer.ok) throw new StudioError(await wordsOf(answer), answer.status);
  return answer;
}

export async function read<T>(path: string, init: RequestInit = {}): Promise<T> {
  return (await (await ask(path, init)).json()) as T;
}

export async function send<T>(path: string, body: unknown, method = "POST"): Promise<T> {
  return read<T>(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** What an answer says went wrong: our own errors carry a sentence, those of the framework a list. */
async function wordsOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const told: unknown = JSON.parse(text);
    if (typeof told === "object" && told !== null && "detail" in told) {
      const { detail } = told;
      if (typeof detail === "string") return detail;
      if (Array.isArray(detail)) return detail.map((fault: { msg?: string }) => fault.msg ?? "").join("; ");
    }
  } catch {
    // Not JSON: a plain line is as good.
  }
  return text.length > 0 && text.length < 400 && !text.startsWith("<") ? text : `The studio answered ${answer.status}.`;
}

export interface Sending {
  done: Promise<unknown>;
  cancel(): void;
}

/** Send a file, with the share that has gone; `fetch` cannot tell that. */
export function upload(path: string, file: File, told: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<unknown>((resolve, reject) => {
    request.open("POST", path);
    request.responseType = "text";
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onerror = () => reject(new StudioError(GONE, 0));
    request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else wordsOf(new Response(request.responseText, { status: Math.max(request.status, 200) })).then(
        (words) => reject(new StudioError(words, request.status)),
        reject,
      );
    };
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
  return { done, cancel: () => request.abort() };
}

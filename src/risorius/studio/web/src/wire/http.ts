/** Asking the studio's server, with every failure in words for the person who reads it. */

import type { Refusal } from "../messages";

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

/** What an answer says went wrong: one sentence for each problem. */
async function wordsOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const told = JSON.parse(text) as Partial<Refusal>;
    if (told.problems?.length) return told.problems.map((problem) => sentence(problem.text)).join(" ");
  } catch {
    // Not one of ours: something between here and the studio answered.
  }
  return `The studio answered ${answer.status}${answer.statusText ? ` (${answer.statusText})` : ""}.`;
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface Sending<T> {
  done: Promise<T>;
  cancel(): void;
}

/** Send a file, with the share that has gone; `fetch` cannot tell that. */
export function upload<T>(path: string, file: File, told: (share: number) => void): Sending<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.open("POST", path);
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onerror = () => reject(new StudioError(GONE, 0));
    request.onabort = () => reject(new DOMException("The sending was stopped.", "AbortError"));
    request.onload = () => {
      const { status, responseText } = request;
      if (status < 300) resolve(JSON.parse(responseText) as T);
      else wordsOf(new Response(responseText, { status })).then((words) => reject(new StudioError(words, status)), reject);
    };
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

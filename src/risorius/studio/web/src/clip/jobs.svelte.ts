/** Long work of the server, followed until it is over. */

import type { Job } from "../messages";
import { ask, read, StudioError } from "../wire/http";

const OVER: readonly Job["state"][] = ["done", "failed", "cancelled"];
const LOOK_AGAIN = 300;

export class Work {
  job = $state<Job | null>(null);

  get running(): boolean {
    return this.job !== null && !OVER.includes(this.job.state);
  }

  /** Follow a job; a server that does not answer for a while is asked again. */
  async follow(begun: Job): Promise<Job> {
    let latest = (this.job = begun);
    while (!OVER.includes(latest.state)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
      try {
        latest = this.job = await read<Job>(`/api/jobs/${begun.id}`);
      } catch (reason) {
        if (!(reason instanceof StudioError) || reason.status !== 0) throw reason;
      }
    }
    return latest;
  }

  async cancel(): Promise<void> {
    if (this.job && this.running) await ask(`/api/jobs/${this.job.id}`, { method: "DELETE" });
  }

  clear(): void {
    this.job = null;
  }
}

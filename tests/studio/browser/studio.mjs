// A studio as a user starts it, which can be killed and started again at the same address.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const PYTHON = process.env.PYTHON ?? "python";
const MAIN = "from risorius.cli import main; main()";

/** Start a studio with its sessions in `data`; `address` is known when it listens. */
export async function openStudio(data) {
  let process_;
  async function start(port) {
    process_ = spawn(PYTHON, ["-c", MAIN, "studio", "--no-browser", "--port", port, "--data", data], {
      env: { ...process.env, PYTHONUNBUFFERED: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface(process_.stdout)) {
      const found = /http:\/\/[\w.:]+/.exec(line);
      if (found) return found[0];
    }
    throw new Error("the studio did not say where it is");
  }
  const address = await start("0");
  return {
    address,
    /** Without a chance to say goodbye. */
    async kill() {
      const over = once(process_, "exit");
      process_.kill("SIGKILL");
      await over;
    },
    again: () => start(new URL(address).port),
  };
}

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";

const command = process.env.ASSAY_ORACLE ?? fileURLToPath(new URL("../../../artifacts/bin/Assay.Verify.Oracle/release/Assay.Verify.Oracle", import.meta.url));

/** The options of a test that asks the C# verifier: skipped, with the reason, where it is not built. */
export const needsOracle = existsSync(command) ? {} : { skip: "tests/Assay.Verify.Oracle is not built (dotnet build -c Release)" };

/** The C# verifier as a process: `judge(bundle, policy or null)` gives the report it prints; with the argument "fault" of fault files. */
export class Oracle {
  constructor(...args) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.waiting = [];
    createInterface({ input: this.process.stdout }).on("line", line => this.waiting.shift()(JSON.parse(line)));
    this.process.on("exit", () => this.waiting.splice(0).forEach(done => done({ error: "the oracle ended" })));
  }

  judge(bundle, policy) {
    const part = bytes => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes === null ? 0xffffffff : bytes.length);
      return bytes === null ? [length] : [length, bytes];
    };
    const answer = new Promise(done => this.waiting.push(done));
    this.process.stdin.write(Buffer.concat([...part(bundle), ...part(policy)]));
    return answer;
  }

  end() {
    this.process.stdin.end();
  }
}

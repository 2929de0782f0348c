/* The little of Node.js that the command line uses. */
declare module "node:fs/promises" {
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
}
declare const process: {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): void; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): void };
  exitCode: number | undefined;
  removeAllListeners(event: "warning"): void;
};

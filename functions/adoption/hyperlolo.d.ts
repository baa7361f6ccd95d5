// The types of hyperlolo 0.4.0, as far as Pinward uses it. TypeScript doesn't find the package's own types.

declare module 'hyperlolo' {
  export class HyperLogLog {
    /** 4096 registers. */
    constructor();
    add(value: string): void;
    count(): number;
    merge(other: HyperLogLog): HyperLogLog;
    serialize(): Buffer;
    static deserialize(bytes: Buffer): HyperLogLog;
  }
}

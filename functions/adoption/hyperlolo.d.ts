// The types of hyperlolo as Pinward uses it: the package's own aren't found by its import path (0.4.0).

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

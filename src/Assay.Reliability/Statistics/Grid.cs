namespace Assay.Reliability.Statistics;

/// <summary>Published rates are whole millionths: 0 is never, 1,000,000 is always.</summary>
public static class Grid
{
    public const uint One = 1_000_000;

    /// <summary>All bounds are for 95 %: what they leave out has evidence of at least 20 against it.</summary>
    public const uint Threshold = 20;

    /// <summary>The largest point at or below count/of.</summary>
    public static uint Down(ulong count, ulong of) => (uint)((UInt128)count * One / of);

    /// <summary>The smallest point at or above count/of.</summary>
    public static uint Up(ulong count, ulong of) => (uint)(((UInt128)count * One + of - 1) / of);
}

/// <summary>Two ends in whole millionths, both inside.</summary>
public readonly record struct Interval(uint Lower, uint Upper);

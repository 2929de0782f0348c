namespace Assay.Verify.Audits;

/// <summary>An epoch that has ended: a run of one serving key's records (docs/spec/audits.md section 1).</summary>
/// <param name="Number">From 0, without gaps.</param>
/// <param name="First">The first record's sequence.</param>
/// <param name="Records">How many; at least one.</param>
/// <param name="Size">The log's size at its end: all its records stand below, and commitments that count too.</param>
public readonly record struct KeyEpoch(ulong Number, ulong First, ulong Records, ulong Size);

using System.Collections.Immutable;
using Assay.Verify.Crypto;

namespace Assay.Market.Settlements;

/// <summary>What a window's counts come from, epoch by epoch down to single records (docs/spec/market.md section 11).</summary>
/// <param name="Step">Of the account, which settled it.</param>
/// <param name="First">Its first sequence.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="Failures">Records whose verdict is a failure, in ascending order of sequence.</param>
public sealed record EvidenceEpoch(
    Hash KeyId, ulong Number, ulong Step, ulong First, ulong Records, ImmutableArray<EvidenceDraw> Draws, ImmutableArray<EvidenceRecord> Failures);

/// <summary>One auditor's draw from an epoch.</summary>
/// <param name="Auditor">Origin of its log.</param>
/// <param name="Index">Of the draw's entry in that log.</param>
/// <param name="Judged">Letters that the settling step had read.</param>
/// <param name="Fault">Why it does not count; null where it does.</param>
public sealed record EvidenceDraw(string Auditor, ulong Index, ulong Drawn, ulong Judged, string? Fault);

/// <summary>One record whose verdict is a failure.</summary>
/// <param name="Letter">The verdict: the strongest letter of the draws that count.</param>
/// <param name="Auditor">Who gave it: the first in the order of origins.</param>
/// <param name="Entry">In that auditor's log.</param>
/// <param name="Bundle">Of <c>d</c>: SHA-256 of the published bundle.</param>
/// <param name="At">Of <c>d</c>: the first token or element that differs.</param>
/// <param name="Passed">Auditors that passed the same record.</param>
public sealed record EvidenceRecord(ulong Sequence, char Letter, string Auditor, ulong Entry, Hash? Bundle, ulong? At, ImmutableArray<string> Passed);

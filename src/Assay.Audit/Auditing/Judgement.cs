using Assay.Verify.Audits;
using Assay.Verify.Crypto;

namespace Assay.Audit.Auditing;

/// <summary>What an oracle found of one record.</summary>
/// <param name="Letter"><see cref="VerdictLetters"/>.</param>
/// <param name="Why">One sentence for people.</param>
/// <param name="Trace">Digest of what only a run yields (docs/spec/audits.md section 4, Work); of <c>r</c> and <c>d</c>.</param>
/// <param name="At">The first token or tensor element that differs; of <c>d</c>.</param>
public sealed record Judgement(char Letter, string Why, Hash Trace = default, ulong At = 0)
{
    /// <summary>Whether it is <c>x</c> for want of the model's files.</summary>
    public bool NoModel { get; init; }
}

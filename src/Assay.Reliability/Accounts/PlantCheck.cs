using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>What an auditor said of a planted record.</summary>
/// <param name="Auditor">Origin of its log.</param>
/// <param name="Letter">Its verdict.</param>
public sealed record PlantVerdict(string Auditor, ulong Sequence, Hash Evidence, char Letter)
{
    /// <summary>Whether it passed what diverges, as long as the evidence shows that it does.</summary>
    public bool IsMissed => Letter == VerdictLetters.Reproduced;
}

/// <summary>Which auditors found what was planted for them, and which passed it (docs/spec/audits.md section 4).</summary>
/// <remarks>Says nothing of whether the records do diverge: who reads it runs the evidence again. A planter could else blame an auditor for passing good records.</remarks>
public static class PlantCheck
{
    /// <param name="plant">As it was opened.</param>
    /// <param name="draw">Of an auditor, from a log that a reader has checked.</param>
    /// <param name="letters">Its verdicts in the order of the draw, as far as they are logged.</param>
    /// <returns>A verdict for each planted record that it judged, in ascending order of sequence.</returns>
    public static IReadOnlyList<PlantVerdict> Of(AuditPlantEvent plant, AuditDrawEvent draw, string letters)
    {
        if (plant.Opened is not { } opened || plant.Provider != draw.Provider || opened.KeyId != draw.KeyId)
            return [];
        var planted = opened.Records.ToDictionary(r => r.Sequence);
        return
        [
            .. draw.Order().Take(letters.Length).Index().Where(o => planted.ContainsKey(o.Item))
                .Select(o => new PlantVerdict(draw.Origin, o.Item, planted[o.Item].Evidence, letters[o.Index])).OrderBy(v => v.Sequence),
        ];
    }
}

using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>What judging one model's records costs.</summary>
/// <param name="Name">As the provider calls it, with its version.</param>
/// <param name="Bytes">Of the model's files, as the provider published them.</param>
/// <param name="Here">As it is in the auditor's store; null where it has to be fetched.</param>
public sealed record ModelCost(string Name, Hash Digest, long Bytes, StoredModel? Here)
{
    /// <summary>Records to be run.</summary>
    public ulong Records { get; internal set; }

    /// <summary>Tokens of their prompts and answers; 0 of tensors.</summary>
    public ulong Tokens { get; internal set; }
}

/// <summary>What lies before an auditor, told before it begins: records that are opened and not judged.</summary>
public sealed class AuditPlan
{
    private readonly Dictionary<Hash, ModelCost> models = [];

    /// <summary>By model.</summary>
    public IReadOnlyCollection<ModelCost> Models => models.Values;

    /// <summary>Drawn records that are judged without a run: gone, out of the frame, or out of time.</summary>
    public ulong WithoutRun { get; private set; }

    /// <summary>Drawn records that have not come and may still come.</summary>
    public ulong Waiting { get; private set; }

    public ulong Runs => models.Values.Aggregate(0UL, (sum, m) => sum + m.Records);

    public ulong Tokens => models.Values.Aggregate(0UL, (sum, m) => sum + m.Tokens);

    internal void Add(AuditPass pass, ModelShelf shelf)
    {
        foreach (var draw in pass.Draws.Where(d => !d.IsJudged))
        {
            var isOver = Openings.Deadline(pass.Folder, draw.Index) is { } deadline && pass.Now >= deadline;
            for (var from = OpenedPage.FromOf(draw.Judged); from < draw.Event.Drawn; from += OpenedPage.Size)
            {
                var page = OpenedPage.Read(pass.Folder, draw.Index, from);
                for (var position = Math.Max(from, draw.Judged); position < Math.Min(from + OpenedPage.Size, draw.Event.Drawn); position++)
                    if (!page.TryGetValue(position, out var opened))
                        (WithoutRun, Waiting) = isOver ? (WithoutRun + 1, Waiting) : (WithoutRun, Waiting + 1);
                    else if (opened.Kind != OpeningKind.Bundle || ReceiptOf(pass, opened) is not { Auditable: true } receipt)
                        WithoutRun++;
                    else
                        Count(pass, shelf, receipt);
            }
        }
    }

    private static Receipt? ReceiptOf(AuditPass pass, OpenedRecord opened)
    {
        try
        {
            return Receipt.Parse(Bundle.Parse(pass.Folder.Bundles.Read(opened.Digest)).Envelope.Payload.Span);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private void Count(AuditPass pass, ModelShelf shelf, Receipt receipt)
    {
        var digest = receipt.Model.Manifest;
        if (!models.TryGetValue(digest, out var cost))
            models[digest] = cost = new ModelCost(
                $"{receipt.Model.Name}@{receipt.Model.Version}", digest,
                pass.State.Models.FirstOrDefault(m => m.Event.Manifest == digest)?.Event.Files.Sum(f => f.Size) ?? 0, shelf.Find(digest));
        cost.Records++;
        if (!LanguageReplay.Owns(receipt))
            return;
        // The input is u32be(count) and four bytes a token; of several texts each has its own count, which is not told apart here.
        cost.Tokens += Math.Max(1, receipt.Input.Length / 4) - 1 + (receipt.Output.Tokens ?? 0);
    }
}

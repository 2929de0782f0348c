using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node.Web.Pages.Views;

/// <summary>One entry of the log as a line of a table.</summary>
/// <param name="Word">What it is, in one word: <c>receipt</c>, <c>model</c>, <c>key</c>, <c>genesis</c>, <c>epoch</c>.</param>
/// <param name="What">The rest of the sentence.</param>
/// <param name="Signer">The key that signed it; the first of several.</param>
/// <param name="Url">Where more is known, if anywhere.</param>
public sealed record EntryRow(ulong Index, EntryKind Kind, string Word, string What, Hash Signer, string? Url)
{
    /// <param name="recordId">Of a sealed entry whose receipt this node keeps: the entry itself names nothing but hashes.</param>
    public static EntryRow Of(ulong index, ReadOnlySpan<byte> entry, string? recordId, LogState state)
    {
        if (OpenEntry.KindOf(entry) == EntryKind.Sealed)
        {
            var item = SealedEntry.Parse(entry);
            return new EntryRow(
                index, EntryKind.Sealed, "receipt", $"sequence {Show.Number(item.Sequence)}", item.KeyId,
                recordId is null ? null : $"/receipts/{recordId}");
        }
        var open = OpenEntry.Parse(entry);
        var (word, what, url) = Describe(open, state);
        return new EntryRow(index, EntryKind.Open, word, what, open.Signatures[0].KeyId, url);
    }

    private static (string Word, string What, string? Url) Describe(OpenEntry entry, LogState state)
    {
        try
        {
            return LogEvent.Parse(entry.Payload.Span) switch
            {
                GenesisEvent genesis => ("genesis", $"{genesis.Origin} begun by {genesis.Node}", "/#identity"),
                ModelEvent model => ("model", $"{model.Name}@{model.Version} published{(model.ProofModel is null ? "" : ", committed for proofs")}", Links.Model(model.Name)),
                KeyEvent key => ("key", Describe(key), state.Keys.TryGetValue(key.KeyId, out var known) ? Links.Key(known, state) : null),
                EpochEvent epoch => ("epoch", $"index of the first {Show.Number(epoch.Size)} entries", null),
                OwnerEvent owner => ("owner", $"{owner.Owner} has the root keys: accounts begin anew", null),
                AuditTermsEvent terms => ("audit", $"epochs of {Show.Number(terms.EpochRecords)} records", null),
                AuditSeedEvent seed => ("audit", $"{seed.Auditor.Origin} committed to a draw from epoch {Show.Number(seed.Epoch)}", null),
                _ => ("event", "of a kind that this page does not know", null),
            };
        }
        catch (UnsupportedException)
        {
            return ("event", "of a kind that this version does not know", null);
        }
    }

    private static string Describe(KeyEvent key)
    {
        var id = key.KeyId.ToHex()[..8];
        return key.Action switch
        {
            KeyAction.Introduce => $"{key.Key!.Algorithm.Name()}:{id} introduced, lease to entry {Show.Number(key.Until!.Value)}",
            KeyAction.Renew => $"ed25519:{id} renewed to entry {Show.Number(key.Until!.Value)}",
            KeyAction.Retire => $"ed25519:{id} retired",
            _ => $"ed25519:{id} not to be trusted from entry {Show.Number(key.From!.Value)}",
        };
    }
}

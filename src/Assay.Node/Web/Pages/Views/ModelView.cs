using System.Collections.Immutable;
using System.Text;
using Assay.Engine.Models;
using Assay.Store;
using Assay.Verify.Logs;

namespace Assay.Node.Web.Pages.Views;

/// <summary>A model's page: every version under one name, and what this node has done with them.</summary>
/// <param name="Versions">Newest first.</param>
/// <param name="Keys">The serving keys of these versions.</param>
public sealed record ModelView(
    string Name, ImmutableArray<VersionView> Versions, string? Card, ImmutableArray<KeyState> Keys, IReadOnlyList<ReceiptSummary> Receipts, ulong LogSize)
{
    private const int RecentReceipts = 10;

    /// <summary>Of all accounts kept here, the segments that run one of these versions.</summary>
    public ImmutableArray<SegmentRow> Providers { get; init; } = [];

    private const int MaxCard = 256 << 10;

    /// <returns>Null where there is no model of that name.</returns>
    public static ModelView? Of(AssayNode node, string name)
    {
        var models = node.Models.List().Where(m => m.Name == name).ToImmutableArray();
        if (models.IsEmpty)
            return null;
        var digests = models.Select(m => m.Digest).Distinct().ToArray();
        ImmutableArray<SegmentRow> providers = node.Accounts.Vault is { } vault ? [.. digests.SelectMany(d => AccountsListView.RowsOf(vault, d.ToHex()))] : [];
        return node.Look(state => new ModelView(
            name,
            [.. models.Select(m => VersionView.Of(node, m, state))],
            CardOf(node.Models, models[0]),
            [.. state.Keys.Values.Where(k => digests.Contains(k.Segment.Model)).OrderByDescending(k => k.Events[0].Index)],
            [.. digests.SelectMany(d => node.Vault.Recent(RecentReceipts, d)).OrderByDescending(r => r.Index).Take(RecentReceipts)],
            state.Size) { Providers = providers });
    }

    private static string? CardOf(ModelStore models, StoredModel model) =>
        model.Files.FirstOrDefault(f => f.Name.Equals("README.md", StringComparison.OrdinalIgnoreCase)) is { Size: <= MaxCard } card
            ? Encoding.UTF8.GetString(models.Blobs.Read(card.Sha256)).ReplaceLineEndings("\n")
            : null;
}

/// <summary>One version of a model.</summary>
/// <param name="PublishedAt">Log index of the entry that published it, or null where it is not published yet.</param>
/// <param name="Unreadable">Why its graph cannot be loaded, or null.</param>
public sealed record VersionView(
    StoredModel Model, ulong? PublishedAt, ulong Receipts, ImmutableArray<ValueInfo> Inputs, ImmutableArray<ValueInfo> Outputs, string? Unreadable)
{
    /// <summary>Log index of the entry that says how it was committed for proofs, and the id; null where it was not.</summary>
    public (ulong Index, string Id)? Committed { get; init; }

    /// <summary>Of a language model; it has neither inputs nor outputs.</summary>
    public LanguageFacts? Language { get; init; }

    public static VersionView Of(AssayNode node, StoredModel model, LogState state)
    {
        var published = state.Models.FirstOrDefault(m => m.Event.Name == model.Name && m.Event.Version == model.Version && m.Event.Manifest == model.Digest);
        var receipts = (ulong)node.Vault.Count(model.Digest);
        try
        {
            if (model.IsLanguage)
            {
                var language = node.LoadLanguage(model);
                return new VersionView(model, published?.Index, receipts, [], [], null)
                {
                    Language = new LanguageFacts(
                        language.Model.Architecture.Family.ToString(), language.Claim.Language!.Quantization, node.ContextOf(language), language.Model.ChatTemplate is not null),
                };
            }
            var graph = node.Load(model).Graph;
            return new VersionView(
                model, published?.Index, receipts,
                [.. graph.Inputs.Select(id => graph.Values[id])], [.. graph.Outputs.Select(id => graph.Values[id])], null) { Committed = CommittedIn(state, model) };
        }
        catch (Exception e) when (e is ModelException or StoreException or NodeException)
        {
            return new VersionView(model, published?.Index, receipts, [], [], e.Message);
        }
    }

    private static (ulong, string)? CommittedIn(LogState state, StoredModel model) =>
        state.Models.LastOrDefault(m => m.Event.Name == model.Name && m.Event.Version == model.Version && m.Event.Manifest == model.Digest) is { Event.ProofModel: { } id } at
            ? (at.Index, id.ToHex())
            : null;
}

/// <param name="Context">Most tokens of prompt and answer together, here.</param>
public sealed record LanguageFacts(string Family, string Quantization, int Context, bool Chats);

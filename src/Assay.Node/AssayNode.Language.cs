using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;

namespace Assay.Node;

/// <summary>Answers of language models.</summary>
public sealed partial class AssayNode
{
    /// <summary>What makes the answers of language models; without the node they have no receipts.</summary>
    internal LanguageEngine LanguageEngine => language.Engine;

    /// <summary>A language model, opened once.</summary>
    /// <exception cref="NodeException">The files make another architecture now than when they were imported.</exception>
    public RunnableLanguageModel LoadLanguage(StoredModel model) => language.Load(model);

    /// <summary>Most tokens of prompt and answer together.</summary>
    public int ContextOf(RunnableLanguageModel model) => language.ContextOf(model.Model);

    /// <summary>How the answers of a language model stand; null where it is not loaded.</summary>
    public GeneratorFigures? FiguresOf(StoredModel model) => language.FiguresOf(model.Digest);

    /// <summary>Begins an answer of a language model. Its ticket is taken when this returns: it ends with its receipt, or as void.</summary>
    /// <param name="caller">Who asks, for fairness: an API key's name, empty where nobody says.</param>
    /// <exception cref="ModelException">The model cannot answer this.</exception>
    /// <exception cref="GeneratorBusyException">Too many requests wait already.</exception>
    /// <exception cref="NodeException">The log takes nothing more, or an event is needed that root keys elsewhere must sign.</exception>
    public Task<LanguageAnswer> BeginAsync(StoredModel model, LanguageRequest request, CallerTerms terms, string caller = "", CancellationToken cancel = default) =>
        AskAsync(model, terms, requestedAt => language.BeginAsync(LoadLanguage(model), request, terms, caller, requestedAt, cancel));

    /// <summary>Makes embeddings and issues their receipt, durable and promised when this returns.</summary>
    /// <inheritdoc cref="BeginAsync"/>
    public Task<EmbeddedTexts> EmbedAsync(StoredModel model, EmbeddingCall call, CallerTerms terms, string caller = "", CancellationToken cancel = default) =>
        AskAsync(model, terms, requestedAt => language.EmbedAsync(LoadLanguage(model), call, terms, caller, requestedAt, cancel));

    /// <summary>
    /// Logs the answers as void that were under way when an earlier process ended. What cannot be logged now (the model's files are gone, root keys are elsewhere)
    /// is logged when that model is next asked for.
    /// </summary>
    public async Task VoidLostAsync()
    {
        foreach (var key in tickets.KeysWithLost())
        {
            var segment = Look(s => s.Keys.TryGetValue(key, out var state) && !state.Retired ? state.Segment : null);
            if (segment is null || Stopped is not null)
                continue;
            try
            {
                if (Models.List().FirstOrDefault(m => m.IsLanguage && m.Digest == segment.Model) is { } model)
                    await language.VoidLostAsync(model, options.Clock.GetUtcNow());
                else if (Relays.Store.List().FirstOrDefault(r => r.Model.Digest == segment.Model) is { } relay)
                    await Relays.VoidLostAsync(relay, options.Clock.GetUtcNow());
            }
            catch (Exception e) when (e is NodeException or LogException or ModelException or StoreException)
            {
                // Its tickets stay lost, and are tried again.
            }
        }
    }

    private async Task<T> AskAsync<T>(StoredModel model, CallerTerms terms, Func<DateTimeOffset, Task<T>> ask)
    {
        var requestedAt = options.Clock.GetUtcNow();
        opened.Witnessed.ThrowIfHalted();
        terms.Check();
        await PublishAsync(model);
        try
        {
            return await ask(requestedAt);
        }
        catch (LogException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }
}

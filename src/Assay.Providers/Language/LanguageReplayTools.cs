using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Verify.Crypto;

namespace Assay.Providers.Language;

/// <summary>What a replay of a language model's answer is made with.</summary>
/// <param name="Model">Finds a model by its digest; null where it is not to be had.</param>
/// <param name="Open">A model with room for so many choices of so many tokens each, which the replay disposes of.</param>
public sealed record LanguageReplayTools(
    Func<Hash, RunnableLanguageModel?> Model, Func<RunnableLanguageModel, int, int, ILanguageEvaluator> Open)
{
    /// <summary>With Assay's own engine, and memory for the one answer.</summary>
    public static LanguageReplayTools Local(Func<Hash, RunnableLanguageModel?> model, LanguageSessionOptions? options = null) =>
        new(model, (found, choices, tokens) => Session(found, choices, tokens, options ?? LanguageSessionOptions.Default));

    private static SessionEvaluator Session(RunnableLanguageModel model, int choices, int tokens, LanguageSessionOptions options)
    {
        var session = new LanguageSession(model.Model, options with
        {
            ContextLength = tokens,
            CacheBytes = LanguageSession.CacheBytesFor(model.Model.Architecture, tokens) * (choices + 1),
        });
        return new SessionEvaluator(session, model.Model.Architecture.VocabularySize);
    }
}

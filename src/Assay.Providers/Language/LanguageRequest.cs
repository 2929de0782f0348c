using Assay.Engine.Language.Generation;
using Assay.Verify.Crypto;
using Assay.Verify.Relays;

namespace Assay.Providers.Language;

/// <summary>What a caller asked of a language model, made ready from its request; all of it changes the answer.</summary>
public sealed record LanguageRequest
{
    /// <inheritdoc cref="AnswerParameters.Api"/>
    public required string Api { get; init; }

    /// <summary>Prompt and parameters. The seed and the caller are the node's to set.</summary>
    public required GenerationRequest Generation { get; init; }

    /// <summary>Where the request names one.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc cref="AnswerParameters.Grammar"/>
    public Hash? Grammar { get; init; }

    /// <summary>Null where none are offered.</summary>
    public OfferedTools? Tools { get; init; }

    /// <inheritdoc cref="AnswerParameters.TemplateClock"/>
    public DateTimeOffset? TemplateClock { get; init; }

    /// <summary>By what rule this model was chosen; null where the caller asked for it.</summary>
    public RouteClaim? Route { get; init; }
}

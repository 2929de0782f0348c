using System.Collections.Immutable;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Sampling;

/// <summary>How the next token is chosen from the scores: the parameters of section 3 of docs/spec/assay-llm-v1.md, all float32.</summary>
public sealed record SamplerOptions
{
    /// <summary>The greatest score wins.</summary>
    public static readonly SamplerOptions Greedy = new() { Temperature = 0 };

    /// <summary>0 to 2; 0 takes the greatest score.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>The share of probability that is kept, 0 to 1; 1 keeps all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>How many tokens are kept; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>What is less probable than this many times the most probable token goes; 0 to 1.</summary>
    public float MinP { get; init; }

    /// <summary>Taken from the score of each token that was generated before; -2 to 2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Taken from the score of a token for each time that it was generated before; -2 to 2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the scores of tokens, by token id; each -100 to 100.</summary>
    public ImmutableSortedDictionary<int, float> LogitBias { get; init; } = ImmutableSortedDictionary<int, float>.Empty;

    /// <summary>Tokens with a bias at most.</summary>
    public const int MostBiases = 1024;

    /// <summary>Whether <see cref="TokenCounts"/> are needed.</summary>
    public bool HasPenalties => PresencePenalty != 0 || FrequencyPenalty != 0;

    /// <summary>Refuses what is out of range for a vocabulary of that many tokens.</summary>
    /// <exception cref="ModelException">One line that names the parameter, by its name in requests, and its range.</exception>
    public void Validate(int vocabulary)
    {
        Require("temperature", Temperature, 0, 2);
        Require("top_p", TopP, 0, 1);
        Require("min_p", MinP, 0, 1);
        Require("presence_penalty", PresencePenalty, -2, 2);
        Require("frequency_penalty", FrequencyPenalty, -2, 2);
        if (TopK < 0)
            throw new ModelException($"top_k is {TopK}: a whole number from 0 (all) is right");
        if (LogitBias.Count > MostBiases)
            throw new ModelException($"logit_bias names {LogitBias.Count} tokens: at most {MostBiases} are allowed");
        foreach (var (token, bias) in LogitBias)
        {
            if (token < 0 || token >= vocabulary)
                throw new ModelException($"logit_bias names token {token}: the model has tokens 0 to {vocabulary - 1}");
            Require($"logit_bias of token {token}", bias, -100, 100);
        }
    }

    private static void Require(string name, float value, float least, float most)
    {
        if (!(value >= least && value <= most))
            throw new ModelException($"{name} is {value}: a number from {least} to {most} is right");
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Language;

/// <summary>How positions are turned, as config.json says it: in <c>rope_theta</c> and <c>rope_scaling</c>, or all together in <c>rope_parameters</c>.</summary>
/// <remarks>Source: transformers, modeling_rope_utils.py; rope_parameters, also by kind of layer, from its version 5 on.</remarks>
internal sealed class ConfigRotary(JsonFile config, string kind, int headSize, int contextLength, int made)
{
    private const string Together = "rope_parameters", Full = "full_attention", Sliding = "sliding_attention";

    private static readonly string[] Known =
    [
        "rope_theta", "rope_type", "type", "partial_rotary_factor", "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow",
        "short_factor", "long_factor", "low_freq_factor", "high_freq_factor", "mscale", "mscale_all_dim", "truncate", "finetuned",
    ];

    /// <summary>Of the layers that see everything.</summary>
    /// <exception cref="ModelException">A scaling is unknown, or its numbers make no sense.</exception>
    public RotaryEmbedding Read()
    {
        var together = Parameters(Full);
        var rotary = new RotaryEmbedding
        {
            Base = Number(together, "rope_theta", kind is "gemma3_text" or "mixtral" ? 1_000_000 : 10_000),
            Dimensions = (int)(headSize * Number(together, "partial_rotary_factor", 1)),
            Layout = RotaryLayout.Halves,
        };
        ArchitectureCheck.Rotated(rotary.Dimensions, headSize);
        return (together ?? config.Object("rope_scaling")) is { } scaling ? Scaled(rotary, scaling) : rotary;
    }

    /// <summary>Of Gemma 3's layers with a window.</summary>
    public RotaryEmbedding ReadWindow(RotaryEmbedding rotary)
    {
        var window = rotary with { Base = config.Float("rope_local_base_freq", 10_000), PositionScale = 1 };
        if (!ByLayers || Parameters(Sliding) is not { } own)
            return window;
        if (TypeOf(own) != "default" || own.Find("partial_rotary_factor") is not null)
            throw new ModelException("config.json: 'rope_parameters.sliding_attention' is supported without scaling only");
        return window with { Base = own.Float("rope_theta") };
    }

    private bool ByLayers => config.Object(Together) is { } together && (together.Find(Full) is not null || together.Find(Sliding) is not null);

    /// <summary>rope_parameters, of layers of that kind where they differ; null where it is absent.</summary>
    private JsonFile? Parameters(string layers)
    {
        if (config.Object(Together) is not { } together)
            return null;
        if (config.Find("rope_scaling") is not null)
            throw new ModelException("config.json: 'rope_parameters' and 'rope_scaling' are both there");
        if (!ByLayers)
            return together;
        if (kind != "gemma3_text" || together.Root.EnumerateObject().Any(p => !p.NameEquals(Full) && !p.NameEquals(Sliding)))
            throw new ModelException("config.json: 'rope_parameters' by kind of layer are supported for gemma3_text, as full_attention and sliding_attention");
        var own = together.Object(layers) ?? throw together.Wrong(layers, "there");
        RequireKnown(own);
        return own;
    }

    // Beside rope_parameters the plain key may say the same.
    private float Number(JsonFile? together, string key, float otherwise)
    {
        var plain = config.Float(key, otherwise);
        if (together?.Find(key) is null)
            return plain;
        var number = together.Float(key);
        return config.Find(key) is null || plain == number ? number : throw new ModelException($"config.json: '{key}' is {plain}, and {number} in 'rope_parameters'");
    }

    private RotaryEmbedding Scaled(RotaryEmbedding rotary, JsonFile scaling)
    {
        RequireKnown(scaling);
        var type = TypeOf(scaling);
        return type switch
        {
            "default" => rotary,
            "linear" => rotary with { PositionScale = 1 / scaling.Float("factor") },
            "llama3" => rotary with { Factors = Llama3(rotary, scaling) },
            "yarn" => Yarn(rotary, scaling),
            "longrope" or "su" => LongRope(rotary, scaling),
            _ => throw new ModelException($"config.json: the scaling of positions '{ShownName.Of(type)}' is not supported: linear, llama3, longrope and yarn are"),
        };
    }

    private static string TypeOf(JsonFile scaling) => scaling.Text("rope_type") ?? scaling.Text("type") ?? "default";

    // What is not known may change what is computed.
    private static void RequireKnown(JsonFile scaling)
    {
        foreach (var property in scaling.Root.EnumerateObject())
            if (property.Value.ValueKind != JsonValueKind.Null && !Known.Any(k => property.NameEquals(k)))
                throw new ModelException($"config.json: the scaling of positions has the key '{ShownName.Of(JsonFile.NameOf(property) ?? "?")}', which is not supported");
    }

    private RotaryEmbedding Yarn(RotaryEmbedding rotary, JsonFile scaling)
    {
        if (scaling.Find("mscale") is not null || scaling.Find("mscale_all_dim") is not null || !scaling.Bool("truncate", true))
            throw new ModelException("config.json: 'yarn' with 'mscale' or without 'truncate' is not supported");
        var scaled = YarnScaling.Scaled(
            rotary, scaling.Float("factor"), scaling.Size("original_max_position_embeddings", config.Size("original_max_position_embeddings", made)),
            scaling.Float("beta_fast", 0), scaling.Float("beta_slow", 0), magnitude: 1);
        return scaled with { Magnitude = scaling.Float("attention_factor", scaled.Magnitude) };
    }

    // Slow pairs are slowed further by the factor, fast ones not at all, those between in part.
    private static ImmutableArray<float> Llama3(RotaryEmbedding rotary, JsonFile scaling)
    {
        double factor = scaling.Float("factor"), low = scaling.Float("low_freq_factor"), high = scaling.Float("high_freq_factor");
        double made = scaling.Size("original_max_position_embeddings");
        return [.. Enumerable.Range(0, rotary.Dimensions / 2).Select(i =>
        {
            var wavelength = 2 * Math.PI * ScalarMath.Pow(rotary.Base, 2.0 * i / rotary.Dimensions);
            if (wavelength < made / high)
                return 1f;
            if (wavelength > made / low)
                return (float)factor;
            var smooth = (made / wavelength - low) / (high - low);
            return (float)(1 / ((1 - smooth) / factor + smooth));
        })];
    }

    private RotaryEmbedding LongRope(RotaryEmbedding rotary, JsonFile scaling)
    {
        var original = scaling.Size("original_max_position_embeddings", config.Size("original_max_position_embeddings", made));
        var longer = scaling.Floats("long_factor") ?? throw scaling.Wrong("long_factor", "there");
        var shorter = scaling.Floats("short_factor") ?? throw scaling.Wrong("short_factor", "there");
        var scale = (double)made / original;
        var magnitude = scale <= 1 || original < 2 ? 1 : Math.Sqrt(1 + ScalarMath.Apply(Function.Log, scale) / ScalarMath.Apply(Function.Log, (double)original));
        return rotary with
        {
            Factors = [.. Math.Min(contextLength, made) > original ? longer : shorter],
            Magnitude = scaling.Float("attention_factor", (float)magnitude),
        };
    }
}

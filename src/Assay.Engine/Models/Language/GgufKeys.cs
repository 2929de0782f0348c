using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Models.Language;

/// <summary>The metadata of one architecture, with errors that name the key. Keys are given without the family they begin with.</summary>
internal sealed class GgufKeys(IReadOnlyDictionary<string, GgufValue> metadata)
{
    public string Family { get; } = metadata.TryGetValue("general.architecture", out var value) && value.String is { } family
        ? family
        : throw new ModelException("metadata 'general.architecture' is missing or no text");

    public bool Has(string key) => Find(key) is not null;

    /// <summary>A count from 0 to 2^31 - 1; at least 1 where there is no default. An array is one where all elements are the same.</summary>
    public int Size(string key, int? otherwise = null)
    {
        if (Find(key) is not { } value)
            return otherwise ?? throw Missing(key);
        var number = value.Count is > 0 ? value.WholeAt(0) : value.Whole;
        for (var i = 1; i < value.Count; i++)
            if (value.WholeAt(i) != number)
                throw new ModelException($"metadata '{Family}.{key}' differs between layers, which is not supported");
        return number is { } n and <= int.MaxValue && n >= (otherwise is null ? 1 : 0) ? (int)n : throw new ModelException($"metadata '{Family}.{key}' is not a whole number from {(otherwise is null ? 1 : 0)} to {int.MaxValue}");
    }

    public float Float(string key, float? otherwise = null)
    {
        if (Find(key) is not { } value)
            return otherwise ?? throw Missing(key);
        return value.Float is { } number && float.IsFinite(number) ? number : throw new ModelException($"metadata '{Family}.{key}' is not a finite floating-point number");
    }

    public bool Bool(string key, bool otherwise)
    {
        if (Find(key) is not { } value)
            return otherwise;
        return value.Bool ?? throw new ModelException($"metadata '{Family}.{key}' is not a truth value");
    }

    /// <summary>An array of truth values, one for each layer; null where the key is absent or no array.</summary>
    public bool[]? Flags(string key, int layers)
    {
        if (Find(key) is not { Count: { } count } value)
            return null;
        return value.Type == GgufType.Bool && count == layers
            ? [.. value.Bytes.ToArray().Select(b => b != 0)]
            : throw new ModelException($"metadata '{Family}.{key}' is not one truth value for each of {layers} layers");
    }

    public string? Text(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.String ?? throw new ModelException($"metadata '{Family}.{key}' is no text");
    }

    private GgufValue? Find(string key) => metadata.TryGetValue($"{Family}.{key}", out var value) ? value : null;

    private ModelException Missing(string key) => new($"metadata '{Family}.{key}' is missing");
}

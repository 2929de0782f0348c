using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Engine.Models.Gguf;

/// <summary>A model in several GGUF files, called <c>NAME-00001-of-00003.gguf</c> and so on: the first has the metadata, each has some of the tensors.</summary>
/// <remarks>
/// Source: llama.cpp, tools/gguf-split and src/llama-model-loader.cpp. Every part says which it is (<c>split.no</c>, from 0), how many there are
/// (<c>split.count</c>) and how many tensors they have together (<c>split.tensors.count</c>).
/// </remarks>
public static partial class GgufParts
{
    private const int MaxParts = 1024;
    private const string Number = "split.no", Count = "split.count", Tensors = "split.tensors.count";

    /// <summary>What the name of a file says: whose part it is, which (from 1), and of how many; null where it is no part's name.</summary>
    public static (string Stem, int Number, int Count)? PartOf(string name)
    {
        var match = PartName().Match(name);
        return match.Success ? (match.Groups["stem"].Value, Digits(match.Groups["number"]), Digits(match.Groups["count"])) : null;

        static int Digits(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The names of all parts of the model that a file is part of by its name, in order; that name alone where it is no part's.</summary>
    /// <exception cref="ModelException">The name says nonsense.</exception>
    public static IReadOnlyList<string> NamesWith(string name)
    {
        if (PartOf(name) is not { } part)
            return [name];
        if (part.Count is < 1 or > MaxParts || part.Number < 1 || part.Number > part.Count)
            throw new ModelException($"'{ShownName.Of(name)}' is named as part {part.Number} of {part.Count}, where at most {MaxParts} parts are supported");
        var end = name[^".gguf".Length..];
        return [.. Enumerable.Range(1, part.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{part.Stem}-{i:D5}-of-{part.Count:D5}{end}"))];
    }

    /// <summary>A file, or where it is named as a part, all parts from the same folder.</summary>
    /// <returns>The name and the path of each, in order.</returns>
    /// <exception cref="ModelException">A part is not there.</exception>
    public static IReadOnlyList<(string Name, string Path)> With(string path)
    {
        var names = NamesWith(Path.GetFileName(path));
        var folder = Path.GetDirectoryName(path) ?? "";
        return names.FirstOrDefault(n => names.Count > 1 && !File.Exists(Path.Combine(folder, n))) is { } missing
            ? throw Missing(missing)
            : [.. names.Select(n => (n, Path.Combine(folder, n)))];
    }

    /// <summary>Puts the parts of a model in order.</summary>
    /// <param name="files">By their names, as they come; one alone may have any name.</param>
    /// <exception cref="ModelException">One is missing, there twice, or of another model.</exception>
    internal static IReadOnlyList<string> InOrder(IReadOnlyCollection<string> files)
    {
        if (files.Count == 1 && PartOf(files.First()) is null)
            return [.. files];
        if (files.FirstOrDefault(f => PartOf(f) is null) is { } whole)
            throw new ModelException($"a model has one .gguf file, or all parts of one; here are {files.Count}, and '{ShownName.Of(whole)}' is not named as a part is");
        var ordered = files.OrderBy(f => PartOf(f)!.Value.Number).ThenBy(f => f, StringComparer.Ordinal).ToArray();
        var (stem, _, count) = PartOf(ordered[0])!.Value;
        if (ordered.FirstOrDefault(f => PartOf(f) is { } other && (other.Stem != stem || other.Count != count)) is { } foreign)
            throw new ModelException($"'{ShownName.Of(ordered[0])}' and '{ShownName.Of(foreign)}' are parts of different models");
        for (var i = 1; i < ordered.Length; i++)
            if (PartOf(ordered[i])!.Value.Number == PartOf(ordered[i - 1])!.Value.Number)
                throw new ModelException($"'{ShownName.Of(ordered[i - 1])}' and '{ShownName.Of(ordered[i])}' are both part {PartOf(ordered[i])!.Value.Number}");
        var names = NamesWith(ordered[0]);
        for (var i = 0; i < names.Count; i++)
            if (i >= ordered.Length || PartOf(ordered[i])!.Value.Number != i + 1)
                throw Missing(names[i]);
        return ordered;
    }

    /// <summary>Checks that files go together, each being the part that its place says.</summary>
    /// <exception cref="ModelException">One says something else of itself, or has another model's tensors or metadata.</exception>
    internal static void Check(IReadOnlyList<GgufFile> parts)
    {
        var first = parts[0];
        if (parts.Count == 1 && Whole(first, Count) is not > 1)
            return;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Count; i++)
        {
            var (number, count, tensors) = (Whole(parts[i], Number), Whole(parts[i], Count), Whole(parts[i], Tensors));
            if (number is null || count is null || tensors is null)
                throw new ModelException($"part {i + 1} of {parts.Count} has no '{Number}', '{Count}' and '{Tensors}': it was not made as a part of a GGUF file");
            if (count != parts.Count)
                throw new ModelException(parts.Count == 1
                    ? $"the GGUF file is part {number + 1} of {count}: all are needed, named NAME-00001-of-{count:D5}.gguf and so on"
                    : $"part {i + 1} of {parts.Count} says that there are {count} parts");
            if (number != i)
                throw new ModelException($"part {i + 1} of {parts.Count} says that it is part {number + 1}");
            if (tensors != Whole(first, Tensors))
                throw new ModelException($"part {i + 1} of {parts.Count} is of another model: it counts {tensors} tensors in all parts, where the first counts {Whole(first, Tensors)}");
            if (parts[i].Tensors.FirstOrDefault(t => !names.Add(t.Name)) is { } twice)
                throw new ModelException($"part {i + 1} of {parts.Count} has the tensor '{ShownName.Of(twice.Name)}', which a part before it has too");
            foreach (var (key, value) in parts[i].Metadata)
                if (key is not (Number or "general.alignment") && !(first.Metadata.TryGetValue(key, out var same) && same.Type == value.Type && same.Count == value.Count && same.Bytes.Span.SequenceEqual(value.Bytes.Span)))
                    throw new ModelException($"part {i + 1} of {parts.Count} has metadata of its own: '{ShownName.Of(key)}'");
        }
        if (names.Count != Whole(first, Tensors))
            throw new ModelException($"the parts have {names.Count} tensors, where they say that there are {Whole(first, Tensors)}");
    }

    private static long? Whole(GgufFile file, string key) => file.Metadata.TryGetValue(key, out var value) ? value.Whole : null;

    private static ModelException Missing(string name) => new($"'{ShownName.Of(name)}' is missing: all parts of a model lie in one folder");

    [GeneratedRegex(@"^(?<stem>.+)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf\z", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex PartName();
}

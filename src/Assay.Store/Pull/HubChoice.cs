using System.Text.RegularExpressions;
using Assay.Engine.Models.Gguf;
using Assay.Verify.Json;

namespace Assay.Store.Pull;

/// <summary>Which files of a repository make the model that was asked for.</summary>
/// <param name="Name">What the model is called.</param>
/// <param name="Files">What each is called in the model's folder, and where it is.</param>
internal sealed partial record HubChoice(string Name, IReadOnlyList<(string Name, HubFile File)> Files)
{
    private const string Safetensors = "safetensors";

    // Beside the weights: what LanguageModel.Open reads, and of that what must be there.
    private static readonly string[] Beside =
        ["config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "generation_config.json", "chat_template.jinja", "additional_chat_templates/tool_use.jinja", "model.safetensors.index.json"];

    /// <param name="choose">Asked where there are several.</param>
    /// <exception cref="StoreException">Nothing there can be run, or it is not clear which file is meant.</exception>
    public static HubChoice Of(PullReference.Hub wanted, IReadOnlyList<HubFile> files, Func<IReadOnlyList<HubFile>, HubFile>? choose)
    {
        var ggufs = files.Where(f => IsGguf(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (wanted.File is null)
            return ggufs.Count > 0 ? One(wanted, ggufs, files, choose) : Folder(wanted, files);
        if (files.FirstOrDefault(f => f.Name == wanted.File) is { } exact && !exact.Name.EndsWith(".safetensors", StringComparison.Ordinal))
            return IsGguf(exact.Name) ? Single(exact, files) : Graph(exact, files);
        if (wanted.File == Safetensors || wanted.File.EndsWith(".safetensors", StringComparison.Ordinal))
            return Folder(wanted, files);
        var like = ggufs.Where(f => BaseName(f.Name).Contains(wanted.File, StringComparison.OrdinalIgnoreCase)).ToList();
        return like.Count > 0 ? One(wanted, like, files, choose)
            : throw new StoreException(StoreFault.NotFound, $"{wanted.Repository} has no file '{StrictJson.Shown(wanted.File)}'{(ggufs.Count > 0 ? $": it has {Listed(ggufs)}" : "")}");
    }

    private static HubChoice One(PullReference.Hub wanted, List<HubFile> ggufs, IReadOnlyList<HubFile> files, Func<IReadOnlyList<HubFile>, HubFile>? choose)
    {
        // Of a model in parts the first stands for all.
        var whole = ggufs.Where(f => GgufParts.PartOf(f.Name) is not { Number: > 1 }).ToList();
        return whole switch
        {
            [] => Single(ggufs[0], files),
            [var only] => Single(only, files),
            _ when choose is not null => Single(choose(whole), files),
            _ => throw new StoreException(StoreFault.BadRequest, $"{wanted.Repository} has {whole.Count} such .gguf files: choose one with hf:{wanted.Repository}:FILE, where FILE is {Listed(whole)}"),
        };
    }

    // A file, or all the parts that its name says there are.
    private static HubChoice Single(HubFile gguf, IReadOnlyList<HubFile> files)
    {
        var parts = GgufParts.NamesWith(gguf.Name).Select(name => files.FirstOrDefault(f => f.Name == name)
            ?? throw new StoreException(StoreFault.BadRequest, $"{StrictJson.Shown(gguf.Name)} is one of several parts, and {StrictJson.Shown(name)} is not there"));
        return new HubChoice(GgufParts.PartOf(BaseName(gguf.Name))?.Stem ?? Stem(gguf.Name), [.. parts.Select(f => (BaseName(f.Name), f))]);
    }

    private static HubChoice Folder(PullReference.Hub wanted, IReadOnlyList<HubFile> files)
    {
        var weights = files.Where(f => f.Name == "model.safetensors").ToList();
        if (weights.Count == 0)
            weights = [.. files.Where(f => Shard().IsMatch(f.Name))];
        if (weights.Count == 0)
            throw new StoreException(StoreFault.BadRequest, $"{wanted.Repository} has neither .gguf files nor model.safetensors: nothing there can be run");
        bool Has(string name) => files.Any(f => f.Name == name);
        if ((!Has("config.json") ? "config.json" : Has("tokenizer.json") || Has("tokenizer.model") ? null : "tokenizer.json or tokenizer.model") is { } missing)
            throw new StoreException(StoreFault.BadRequest, $"{wanted.Repository} has safetensors without {missing}: they cannot be run");
        // The small ones first: what is wrong with them shows soonest.
        var beside = files.Where(f => Beside.Contains(f.Name) && (f.Name != "model.safetensors.index.json" || weights.Count > 1) && (f.Name != "tokenizer.model" || !Has("tokenizer.json")));
        return new HubChoice(wanted.Repository.Split('/')[1], [.. beside.Concat(weights).Select(f => (f.Name, f))]);
    }

    // A graph, and the tensors that it keeps in files named after its own.
    private static HubChoice Graph(HubFile file, IReadOnlyList<HubFile> files)
    {
        if (!file.Name.EndsWith(".onnx", StringComparison.Ordinal))
            throw new StoreException(StoreFault.BadRequest, $"{StrictJson.Shown(file.Name)} is no model: known are .gguf, .onnx and safetensors");
        var all = files.Where(f => f == file || f.Name.StartsWith(file.Name + "_data", StringComparison.Ordinal) || f.Name == file.Name + ".data");
        return new HubChoice(Stem(file.Name), [.. all.Select(f => (BaseName(f.Name), f))]);
    }

    private static string Listed(IReadOnlyList<HubFile> files) =>
        string.Join(", ", files.Take(40).Select(f => f.Size is { } size ? $"{StrictJson.Shown(f.Name)} ({size / 1e6:0.#} MB)" : StrictJson.Shown(f.Name))) + (files.Count > 40 ? ", …" : "");

    // A projector of pictures is no model of its own.
    private static bool IsGguf(string name) =>
        name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !BaseName(name).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase);

    private static string BaseName(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static string Stem(string name) => Path.GetFileNameWithoutExtension(BaseName(name));

    [GeneratedRegex(@"^model-\d{5}-of-\d{5}\.safetensors\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Shard();
}

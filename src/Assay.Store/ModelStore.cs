using System.Text.RegularExpressions;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Onnx;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Models;

namespace Assay.Store;

/// <summary>The models of one data folder: names and versions that lead to content-addressed files.</summary>
/// <remarks>
/// <c>blobs/</c> holds the bytes, <c>names/NAME/VERSION.json</c> what they are called. A version is written after all its blobs,
/// and its name is taken away before they are: whatever is listed can be loaded. <c>partial/</c> holds what is being pulled.
/// </remarks>
public sealed partial class ModelStore
{
    private const int MaxManifest = 1 << 24;

    private readonly string root;
    private readonly PosixLogFiles names;

    // What one import leaves for another to share must not be cleared away between them.
    private readonly Lock gate = new();

    public ModelStore(string folder)
    {
        // Each folder is made by its owner, parents first.
        _ = new PosixLogFiles(folder);
        root = folder;
        names = new PosixLogFiles(Path.Combine(folder, "names"));
        Blobs = new BlobStore(Path.Combine(folder, "blobs"));
    }

    public BlobStore Blobs { get; }

    /// <summary>Every version of every model, by name, newest first.</summary>
    public IReadOnlyList<StoredModel> List() =>
        [.. names.List("").SelectMany(Versions).OrderBy(m => m.Name, StringComparer.Ordinal).ThenByDescending(m => m.ImportedAt)];

    /// <summary>The model called <c>NAME</c> (its newest version), <c>NAME@VERSION</c>, or by its digest in hex.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public StoredModel Find(string reference)
    {
        var model = reference.Split('@') switch
        {
            [var name, var version] when IsName(name) && IsName(version) => Read(name, version),
            [var name] when IsName(name) => Versions(name).MaxBy(m => m.ImportedAt) ?? FindByDigest(reference),
            _ => null,
        };
        return model ?? throw new StoreException(StoreFault.NotFound, $"there is no model '{StrictJson.Shown(reference)}': `assay list` shows what there is");
    }

    /// <summary>Whether there is a version of a model, by its name, with or without version.</summary>
    public bool Has(string reference) => reference.Split('@') switch
    {
        [var name, var version] => IsName(name) && IsName(version) && Read(name, version) is not null,
        [var name] => IsName(name) && Versions(name).Any(),
        _ => false,
    };

    public StoredModel? FindByDigest(string digest) =>
        digest.Length == 64 ? List().FirstOrDefault(m => m.Digest.ToHex() == digest) : null;

    /// <summary>Brings in a file (of a GGUF file in parts, all of them), or a folder with everything in it. The same bytes under the same name are the same version.</summary>
    /// <param name="name">Or null for the name of the file or folder.</param>
    /// <param name="version">Or null for the next number.</param>
    /// <exception cref="ModelException">It is not a model that can be run here, or not all of its inputs and outputs are tensors of numbers.</exception>
    /// <exception cref="StoreException">A name that cannot be used, or a version that is taken by other bytes.</exception>
    public StoredModel Import(string path, string? name, string? version, DateTimeOffset now)
    {
        var sources = Sources(path);
        name ??= DefaultName(path);
        RequireName("name", name);
        if (version is not null)
            RequireName("version", version);
        lock (gate)
            return Import(sources, name, version, now);
    }

    private StoredModel Import(List<(string Name, string Path)> sources, string name, string? version, DateTimeOffset now)
    {
        var format = FormatOf([.. sources.Select(s => s.Name)]);
        // What cannot be run is refused before gigabytes are copied.
        if (format != "onnx")
            LanguageModel.Open(sources.ToDictionary(s => s.Name, s => s.Path, StringComparer.Ordinal)).Dispose();
        var known = Blobs.All().ToHashSet();
        var files = new List<ModelFile>();
        try
        {
            foreach (var source in sources)
                files.Add(Add(source.Name, source.Path));
            var digest = DigestOf(files);
            if (Versions(name).FirstOrDefault(m => m.Digest == digest && (version is null || m.Version == version)) is { } same)
                return same;
            version ??= NextVersion(name);
            if (Read(name, version) is not null)
                throw new StoreException(StoreFault.Exists, $"{name}@{version} is taken by other bytes: choose another --version");
            var model = new StoredModel(name, version, format, digest, digest, [.. files], now.ToUnixTimeMilliseconds());
            model = model with { Graph = GraphOf(model) };
            Write(model);
            return model;
        }
        catch
        {
            foreach (var file in files.Where(f => !known.Contains(f.Sha256)))
                Blobs.Delete(file.Sha256);
            throw;
        }
    }

    /// <summary>The graph of a model, its files hashed again as they are read.</summary>
    /// <exception cref="ModelException">It is a language model, which has no such graph.</exception>
    public Graph Load(StoredModel model) => model.IsLanguage
        ? throw new ModelException($"{model.Reference} is a language model: it takes tokens, not tensors")
        : ReadGraph([.. model.Files]);

    private Hash GraphOf(StoredModel model)
    {
        if (model.IsLanguage)
        {
            using var language = OpenLanguage(model);
            return Hash.From(language.Digest.AsSpan());
        }
        var graph = ReadGraph([.. model.Files]);
        Binding.RequireNumbers(graph);
        return Hash.From(GraphDigest.Of(graph));
    }

    /// <summary>Forgets a version, and the blobs that no other version needs.</summary>
    public void Remove(StoredModel model)
    {
        lock (gate)
        {
            names.Delete(ManifestPath(model.Name, model.Version));
            names.Delete(CommitmentPath(model));
            names.Delete(WeightProofPath(model));
            names.FlushDirectory(model.Name);
            var needed = List().SelectMany(m => m.Files).Select(f => f.Sha256).ToHashSet();
            foreach (var file in model.Files.Where(f => !needed.Contains(f.Sha256)))
                Blobs.Delete(file.Sha256);
        }
    }

    private Graph ReadGraph(IReadOnlyList<ModelFile> files)
    {
        var mains = files.Where(f => f.Name.EndsWith(".onnx", StringComparison.Ordinal)).ToList();
        if (mains.Count != 1)
            throw new ModelException($"a model has one .onnx file; here are {mains.Count}");
        var folder = mains[0].Name[..(mains[0].Name.LastIndexOf('/') + 1)];
        var cache = new Dictionary<string, byte[]>();
        return OnnxModel.Read(Blobs.Read(mains[0].Sha256), new ModelFiles(
            location => Beside(location)?.Size,
            (location, offset, into) =>
            {
                if (!cache.TryGetValue(location, out var bytes))
                    cache[location] = bytes = Blobs.Read(Beside(location)!.Sha256);
                bytes.AsSpan(checked((int)offset), into.Length).CopyTo(into);
            }));

        ModelFile? Beside(string location) => files.FirstOrDefault(f => f.Name == folder + location);
    }

    private ModelFile Add(string name, string path)
    {
        using var stream = File.OpenRead(path);
        var (digest, size) = Blobs.Add(stream);
        return new ModelFile(name, digest, size);
    }

    private void Write(StoredModel model)
    {
        // No model can be called this.
        const string temporary = ".incoming";
        names.CreateDirectory(model.Name, Visibility.Private);
        names.FlushDirectory("");
        names.Replace(ManifestPath(model.Name, model.Version), temporary, model.ToBytes(), Visibility.Private);
    }

    private IEnumerable<StoredModel> Versions(string name) =>
        names.List(name).Where(f => f.EndsWith(".json", StringComparison.Ordinal)).Select(f => Read(name, f[..^".json".Length])).OfType<StoredModel>();

    private StoredModel? Read(string name, string version)
    {
        if (names.Read(ManifestPath(name, version), MaxManifest) is not { } bytes)
            return null;
        try
        {
            var model = StoredModel.Parse(bytes);
            return model.Name == name && model.Version == version
                ? model
                : throw new MalformedException("it is the record of another model");
        }
        catch (MalformedException e)
        {
            throw new StoreException(StoreFault.Corrupt, $"models/names/{ManifestPath(name, version)} is damaged ({e.Message}): remove that file and `assay import` the model again");
        }
    }

    private string NextVersion(string name) =>
        (Versions(name).Select(m => m.Version.Length < 10 && int.TryParse(m.Version, out var n) ? n : 0).DefaultIfEmpty(0).Max() + 1).ToString();

    private static Hash DigestOf(List<ModelFile> files)
    {
        try
        {
            return ModelDigest.Of(files);
        }
        catch (MalformedException e)
        {
            throw new StoreException(StoreFault.BadRequest, e.Message);
        }
    }

    private static string ManifestPath(string name, string version) => $"{name}/{version}.json";

    private static List<(string Name, string Path)> Sources(string path)
    {
        if (File.Exists(path))
        {
            // A device or a pipe says of itself that it is empty, and may never end.
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            return file.Length > 0 ? [.. GgufParts.With(path)] : throw new ModelException($"'{path}' is empty, or no plain file");
        }
        if (!Directory.Exists(path))
            throw new StoreException(StoreFault.NotFound, $"there is no file or folder '{path}'");
        var found = new List<(string, string)>();
        // Everything: what is hidden or cannot be read is not passed over in silence.
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
        foreach (var info in new DirectoryInfo(path).EnumerateFileSystemInfos("*", everything))
        {
            if (info.LinkTarget is not null)
                throw new StoreException(StoreFault.BadRequest, $"'{info.FullName}' is a symbolic link: a model's folder holds plain files only");
            if (info is FileInfo)
                found.Add((System.IO.Path.GetRelativePath(path, info.FullName), info.FullName));
        }
        return found;
    }

    // mnist.onnx is mnist; a folder, or a file called model.onnx, is named after its folder.
    private static string DefaultName(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var name = File.Exists(full) ? System.IO.Path.GetFileNameWithoutExtension(full) : System.IO.Path.GetFileName(full);
        // big-00001-of-00003.gguf is big.
        name = GgufParts.PartOf(name + ".gguf")?.Stem ?? name;
        return name == "model" ? System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(full)) ?? name : name;
    }

    private static void RequireName(string what, string text)
    {
        if (!IsName(text))
            throw new StoreException(StoreFault.BadRequest, $"'{StrictJson.Shown(text)}' cannot be a {what}: use 1 to 64 letters, digits, '.', '_' or '-', not beginning with '.' or '-'");
    }

    private static bool IsName(string text) => NamePattern().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex NamePattern();
}

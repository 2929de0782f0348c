using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Log.Files;
using Assay.Store.Pull;
using Assay.Verify.Models;

namespace Assay.Store;

public sealed partial class ModelStore
{
    /// <summary>Where files lie that are being pulled, and those that are whole and not yet a model's.</summary>
    internal string Partial => Path.Combine(root, "partial");

    /// <summary>What was begun and left alone this long is cleared away.</summary>
    internal void PreparePartial(TimeSpan forgotten)
    {
        new PosixLogFiles(root).CreateDirectory("partial", Visibility.Private);
        foreach (var file in new DirectoryInfo(Partial).EnumerateFiles().Where(f => f.LastWriteTimeUtc < DateTime.UtcNow - forgotten))
            file.Delete();
    }

    /// <summary>Refuses a name or version that no model can have, before gigabytes are fetched for it.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static void RequireNames(string name, string? version)
    {
        RequireName("name", name);
        if (version is not null)
            RequireName("version", version);
    }

    /// <summary>Makes a model of files that were pulled. They are moved, not copied.</summary>
    /// <exception cref="ModelException">It is not a model that can be run here; what was pulled for it is deleted.</exception>
    /// <exception cref="StoreException">A version that is taken by other bytes, or files that are gone.</exception>
    public StoredModel Keep(IReadOnlyList<PulledFile> pulled, string name, string? version, DateTimeOffset now)
    {
        RequireNames(name, version);
        lock (gate)
        {
            try
            {
                var model = KeepFiles(pulled, name, version, now);
                DeletePartial(pulled);
                return model;
            }
            catch (ModelException)
            {
                DeletePartial(pulled);
                throw;
            }
        }
    }

    private StoredModel KeepFiles(IReadOnlyList<PulledFile> pulled, string name, string? version, DateTimeOffset now)
    {
        var files = pulled.Select(f => new ModelFile(f.Name, f.Sha256, f.Size)).ToList();
        var digest = DigestOf(files);
        if (Versions(name).FirstOrDefault(m => m.Digest == digest && (version is null || m.Version == version)) is { } same)
            return same;
        version ??= NextVersion(name);
        if (Read(name, version) is not null)
            throw new StoreException(StoreFault.Exists, $"{name}@{version} is taken by other bytes: choose another --version");
        var format = FormatOf([.. files.Select(f => f.Name)]);
        // What cannot be run is refused before anything is moved.
        if (format != "onnx")
            LanguageModel.Open(pulled.ToDictionary(f => f.Name, WhereIs, StringComparer.Ordinal)).Dispose();
        var added = new List<PulledFile>();
        try
        {
            foreach (var file in pulled.Where(f => !Blobs.Contains(f.Sha256)))
            {
                Blobs.Take(WhereIs(file), file.Sha256);
                added.Add(file);
            }
            var model = new StoredModel(name, version, format, digest, digest, [.. files], now.ToUnixTimeMilliseconds());
            model = model with { Graph = GraphOf(model) };
            Write(model);
            return model;
        }
        catch
        {
            foreach (var file in added)
                Blobs.Delete(file.Sha256);
            throw;
        }
    }

    // Another pull may have made a blob of it meanwhile.
    private string WhereIs(PulledFile file) =>
        Blobs.Contains(file.Sha256) ? Blobs.PathOf(file.Sha256)
        : file.Path is not null && File.Exists(file.Path) ? file.Path
        : throw new StoreException(StoreFault.NotFound, $"{file.Name} was taken away meanwhile: pull the model again");

    internal static void DeletePartial(IEnumerable<PulledFile> pulled)
    {
        foreach (var file in pulled.Where(f => f.Path is not null))
            File.Delete(file.Path!);
    }
}

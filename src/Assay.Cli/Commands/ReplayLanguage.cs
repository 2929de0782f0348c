using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Models;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>The replay of a language model's answer.</summary>
internal static class ReplayLanguage
{
    /// <param name="file">A .gguf file or a folder to use instead of the store's, be it that model or not; or null.</param>
    public static Task<ReplayResult> RunAsync(Bundle bundle, string? file, string store, CancellationToken cancel) =>
        LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(digest => Find(file, store, digest)), cancel);

    private static RunnableLanguageModel? Find(string? file, string store, Hash digest)
    {
        if (file is not null)
            return FromFile(file);
        if (!Directory.Exists(store))
            return null;
        var models = new ModelStore(store);
        return models.FindByDigest(digest.ToHex()) is { IsLanguage: true } model
            ? Make(new ModelClaim(model.Name, model.Version, model.Digest, model.Format), models.OpenLanguage(model))
            : null;
    }

    // In place: it may be larger than what the disk has room for a second time.
    public static RunnableLanguageModel FromFile(string path)
    {
        var files = Directory.Exists(path) ? Directory.GetFiles(path)
            : File.Exists(path) ? [.. GgufParts.With(path).Select(f => f.Path)]
            : throw new StoreException(StoreFault.NotFound, $"there is no file or folder '{path}'");
        var found = ModelDigest.Of([.. files.Select(Hashed)]);
        return Make(new ModelClaim("model", "1", found, files.Any(f => f.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) ? "gguf" : "safetensors"), LanguageModel.Open(path));
    }

    private static ModelFile Hashed(string path)
    {
        using var source = File.OpenRead(path);
        var (sha, chunk) = (Sha256.Start(), new byte[1 << 20]);
        for (int read; (read = source.Read(chunk)) > 0;)
            sha.Add(chunk.AsSpan(0, read));
        return new ModelFile(Path.GetFileName(path), sha.Finish(), source.Length);
    }

    private static RunnableLanguageModel Make(ModelClaim claim, LanguageModel model) => new(claim with { Language = ModelDigests.ClaimOf(model) }, model);
}

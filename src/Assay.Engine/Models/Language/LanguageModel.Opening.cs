using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Models.Language;

public sealed partial class LanguageModel
{
    /// <summary>Opens a GGUF file, or a folder with safetensors, config.json and tokenizer.json. Weights are read in place: the files must not change while the model is in use.</summary>
    /// <param name="contextLength">Positions to prepare for, at most what the model was made for; null for those.</param>
    /// <exception cref="ModelException">It cannot be read, or is not a model that can be run here; the message says why in one line.</exception>
    public static LanguageModel Open(string path, int? contextLength = null)
    {
        if (!Directory.Exists(path))
            return Open(new Dictionary<string, string>(StringComparer.Ordinal) { ["model.gguf"] = path }, contextLength);
        return Open(FilesIn(path), contextLength);
    }

    private static Dictionary<string, string> FilesIn(string folder)
    {
        try
        {
            var files = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
                files[file.Name] = file.LinkTarget is null
                    ? file.FullName
                    : throw new ModelException($"'{ShownName.Of(file.Name)}' is a symbolic link: a model's folder holds plain files only");
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"the folder cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Opens a model whose files lie anywhere.</summary>
    /// <param name="files">The path of each file, by the name that it has in the model's folder.</param>
    /// <inheritdoc cref="Open(string, int?)"/>
    public static LanguageModel Open(IReadOnlyDictionary<string, string> files, int? contextLength = null)
    {
        if (contextLength is < 1)
            throw new ModelException("the context has at least one position");
        var ggufs = files.Where(f => f.Key.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)).ToList();
        if (ggufs.Count > 1)
            throw new ModelException($"a model has one .gguf file; here are {ggufs.Count}");
        if (ggufs.Count == 0)
            return SafetensorsModel.Read(files, contextLength);
        var file = GgufFile.Open(ggufs[0].Value);
        try
        {
            return GgufModel.Read(file, contextLength);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a GGUF file that is in memory.</summary>
    /// <inheritdoc cref="Open(string, int?)"/>
    public static LanguageModel Read(ReadOnlyMemory<byte> gguf, int? contextLength = null) => GgufModel.Read(GgufFile.Read(gguf), contextLength);
}

using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Models.Language;

public sealed partial class LanguageModel
{
    /// <summary>Opens a GGUF file (of one in parts, any of them: the others lie beside it), or a folder with safetensors, config.json and tokenizer.json. Weights are read in place: the files must not change while the model is in use.</summary>
    /// <param name="contextLength">Positions to prepare for, at most what the model was made for; null for those.</param>
    /// <exception cref="ModelException">It cannot be read, or is not a model that can be run here; the message says why in one line.</exception>
    public static LanguageModel Open(string path, int? contextLength = null)
    {
        if (!Directory.Exists(path))
            return OpenGguf([.. GgufParts.With(path).Select(f => f.Path)], contextLength);
        return Open(FilesIn(path), contextLength);
    }

    private static Dictionary<string, string> FilesIn(string folder)
    {
        try
        {
            var files = new Dictionary<string, string>(StringComparer.Ordinal);
            void Take(FileInfo file, string name) => files[name] = file.LinkTarget is null && (name == file.Name || file.Directory!.LinkTarget is null)
                ? file.FullName
                : throw new ModelException($"'{ShownName.Of(name)}' is a symbolic link: a model's folder holds plain files only");
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
                Take(file, file.Name);
            // The one file of a model that lies deeper.
            if (new FileInfo(Path.Combine(folder, SafetensorsModel.ToolTemplate)) is { Exists: true } tools)
                Take(tools, SafetensorsModel.ToolTemplate);
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
        var ggufs = files.Keys.Where(f => f.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)).ToList();
        return ggufs.Count == 0 ? SafetensorsModel.Read(files, contextLength) : OpenGguf([.. GgufParts.InOrder(ggufs).Select(f => files[f])], contextLength);
    }

    private static LanguageModel OpenGguf(IReadOnlyList<string> paths, int? contextLength)
    {
        var parts = new List<GgufFile>();
        try
        {
            foreach (var path in paths)
                parts.Add(GgufFile.Open(path));
            return GgufModel.Read(parts, contextLength);
        }
        catch
        {
            foreach (var part in parts)
                part.Dispose();
            throw;
        }
    }

    /// <summary>Reads a GGUF file that is in memory.</summary>
    /// <inheritdoc cref="Open(string, int?)"/>
    public static LanguageModel Read(ReadOnlyMemory<byte> gguf, int? contextLength = null) => GgufModel.Read([GgufFile.Read(gguf)], contextLength);
}

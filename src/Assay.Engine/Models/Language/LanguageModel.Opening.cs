using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Models.Language;

public sealed partial class LanguageModel
{
    /// <summary>Opens a GGUF file. Its weights are read in place: the file must not change while the model is in use.</summary>
    /// <param name="contextLength">Positions to prepare for, at most what the model was made for; null for those.</param>
    /// <exception cref="ModelException">It cannot be read, or is not a model that can be run here; the message says why in one line.</exception>
    public static LanguageModel Open(string path, int? contextLength = null)
    {
        if (contextLength is < 1)
            throw new ModelException("the context has at least one position");
        var file = GgufFile.Open(path);
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

    /// <summary>The same of a GGUF file that is in memory.</summary>
    public static LanguageModel Read(ReadOnlyMemory<byte> gguf, int? contextLength = null) => GgufModel.Read(GgufFile.Read(gguf), contextLength);
}

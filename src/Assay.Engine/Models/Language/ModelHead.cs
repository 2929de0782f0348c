using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Safetensors;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Models.Language;

/// <summary>Tells from the beginning of a file that its model cannot be run here, while the rest is still on its way.</summary>
public static class ModelHead
{
    /// <summary>Bytes that are looked at, at most: the vocabularies of GGUF files stand before the table of tensors.</summary>
    public const int Most = 64 << 20;

    /// <summary>Whether the name is that of a file whose beginning says something.</summary>
    public static bool Says(string name) => name == "config.json" || IsGguf(name) || name.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <param name="name">What the file is called in the model's folder.</param>
    /// <param name="beginning">Its first bytes. What is wrong with them otherwise is not said here: they may not be all.</param>
    /// <returns>Whether everything was there that could show it.</returns>
    /// <exception cref="ModelException">An architecture, a tokenizer or a type of tensors is not supported.</exception>
    public static bool Check(string name, ReadOnlyMemory<byte> beginning)
    {
        try
        {
            if (IsGguf(name))
                return CheckGguf(beginning);
            if (name == "config.json")
                ConfigArchitecture.RequireFamily(JsonFile.Parse(name, beginning));
            else
                SafetensorsFile.CheckTypes(beginning.Span);
            return true;
        }
        catch (ModelException e) when (!e.IsUnsupported)
        {
            return false;
        }
    }

    private static bool CheckGguf(ReadOnlyMemory<byte> beginning)
    {
        var header = new GgufHeader(beginning, long.MaxValue);
        var whole = false;
        try
        {
            header.Read();
            whole = true;
        }
        catch (ModelException e) when (!e.IsUnsupported)
        {
        }
        string? Text(string key) => header.Metadata.TryGetValue(key, out var value) ? value.String : null;
        if (Text("general.architecture") is { } family)
            GgufArchitecture.RequireFamily(family);
        GgufTokenizer.RequireKind(Text("tokenizer.ggml.model"), Text("tokenizer.ggml.pre"));
        return whole;
    }

    private static bool IsGguf(string name) => name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}

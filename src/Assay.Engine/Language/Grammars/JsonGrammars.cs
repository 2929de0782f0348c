using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Grammars;

/// <summary>
/// Grammars of answers that are JSON. The texts are UTF-8 JSON in one canonical order and spacing: properties as the schema lists them; after a bracket or comma,
/// and before a closing bracket, nothing, one blank, or a line's end and up to 24 blanks; after a colon nothing or one blank; no white space elsewhere.
/// </summary>
public static class JsonGrammars
{
    /// <summary>Bytes of a schema at most.</summary>
    public const int MostSchemaBytes = 256 << 10;

    /// <summary>Any JSON object: what `response_format` of type `json_object` asks for.</summary>
    public static Grammar AnyObject()
    {
        var builder = new GrammarBuilder();
        return builder.Build(new JsonTexts(builder).AnyObject(GrammarBuilder.Return));
    }

    /// <summary>The values that a JSON schema allows, those that docs/language-models.md says.</summary>
    /// <exception cref="ModelException">The schema is no JSON, uses what is not supported (named, with its place), or allows nothing.</exception>
    public static Grammar Of(string schema)
    {
        using var document = Parse(schema);
        return Of(document.RootElement);
    }

    /// <inheritdoc cref="Of(string)"/>
    public static Grammar Of(JsonElement schema)
    {
        var builder = new GrammarBuilder();
        return builder.Build(new JsonSchemaCompiler(builder, new(builder), schema).Compile(GrammarBuilder.Return));
    }

    private static JsonDocument Parse(string schema)
    {
        if (schema.Length > MostSchemaBytes)
            throw new ModelException($"the schema has {schema.Length} characters: at most {MostSchemaBytes} are allowed");
        try
        {
            return JsonDocument.Parse(schema, new() { MaxDepth = 64 });
        }
        catch (JsonException e)
        {
            throw new ModelException($"the schema is not JSON: {e.Message.Split('\n')[0]}", e);
        }
    }
}

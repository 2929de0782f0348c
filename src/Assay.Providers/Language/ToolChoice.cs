using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Language.Tools;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Verify.Answers;
using Assay.Verify.Crypto;

namespace Assay.Providers.Language;

/// <summary>What a request's <c>tool_choice</c> asks for: nothing, or an answer that is a call, which a grammar then sees to.</summary>
internal static class ToolChoice
{
    /// <summary>What names it in the receipt that the model is free, and its answer ends with its first call; null where nothing of the kind is asked for.</summary>
    public static Hash? OfFirst(RequestFields fields, LanguageModel model) =>
        fields.Flag("parallel_tool_calls") == false && OfferedTools.Any(fields) && ToolCallFormat.Of(model.TemplateFor(tools: true)) is { } format
            ? DigestOf(format, "first", fields.Find("tools")!.Value.EnumerateArray().Select(Offered))
            : null;

    /// <returns>Null where the model is free to call or not.</returns>
    public static (Hash Digest, TokenMasks Masks)? Of(RequestFields fields, LanguageModel model)
    {
        if (fields.Find("tool_choice") is not { } choice || choice.ValueKind == JsonValueKind.String && choice.GetString() is "auto" or "none")
            return null;
        if (choice.ValueKind == JsonValueKind.String && choice.GetString() != "required")
            throw new ModelException("tool_choice is none of \"auto\", \"none\", \"required\" and a function's name");
        var name = choice.ValueKind == JsonValueKind.String ? null
            : new RequestFields(choice, "tool_choice").Object("function")?.Text("name") ?? throw new ModelException("tool_choice.function.name is missing");
        var tools = fields.Find("tools") is { ValueKind: JsonValueKind.Array } list ? list : throw new ModelException("tool_choice asks for a call, and there are no tools");
        OfferedTool[] offered = [.. tools.EnumerateArray().Select(Offered).Where(t => name is null || t.Name == name)];
        if (offered.Length == 0)
            throw new ModelException("tool_choice asks for a function that is not among the tools");
        var format = ToolCallFormat.Of(model.TemplateFor(tools: true)) ?? throw new ModelException("tool_choice asks for a call, and the model's chat template has no place for tools");
        var several = name is null && fields.Flag("parallel_tool_calls") != false;
        var digest = DigestOf(format, several ? "several" : "one", offered);
        return (digest, GrammarShelf.MasksOf(model.Tokenizer, format, digest, () => ToolGrammars.Of(new CallSyntax(format.Open, format.Close, format.ArgumentsKey, format.IsList), offered, several)));
    }

    private static Hash DigestOf(ToolCallFormat format, string calls, IEnumerable<OfferedTool> offered)
    {
        var text = new StringBuilder($"assay/grammar/v1\ntool_calls {format.Name} {calls}\n");
        foreach (var tool in offered)
            text.Append(tool.Name).Append(tool.IsStrict ? " strict " : " ").Append(tool.Parameters?.GetRawText() ?? "{}").Append('\n');
        return Sha256.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    internal static OfferedTool Offered(JsonElement tool)
    {
        var function = new RequestFields(tool, "a tool").Object("function") ?? throw new ModelException("tools holds something that is not a function with a name");
        var name = function.Text("name") ?? throw new ModelException("tools holds a function without a name");
        return new OfferedTool(name, function.Find("parameters"), function.Flag("strict") ?? false);
    }
}

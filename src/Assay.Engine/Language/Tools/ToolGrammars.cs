using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Tools;

/// <summary>A tool that a request offers.</summary>
/// <param name="Parameters">The JSON schema of its arguments; null where they are any object.</param>
/// <param name="IsStrict">Whether a schema that cannot be followed is refused; otherwise the arguments of such a tool are any object.</param>
public sealed record OfferedTool(string Name, JsonElement? Parameters, bool IsStrict);

/// <summary>How a model writes calls into its answer.</summary>
/// <param name="Open">What comes before the JSON of calls; null where nothing does.</param>
/// <param name="Close">What comes after it, or null.</param>
/// <param name="ArgumentsKey">The key of the arguments, beside "name".</param>
/// <param name="IsList">Whether the calls are one JSON list; otherwise each call is an object.</param>
public sealed record CallSyntax(string? Open, string? Close, string ArgumentsKey, bool IsList);

/// <summary>Grammars of answers that are calls: what `tool_choice` asks for where it is `required` or names a tool.</summary>
public static class ToolGrammars
{
    /// <summary>Tools of a request at most.</summary>
    public const int MostTools = 128;

    /// <summary>One call of one of the tools, or several where that is allowed and the format knows how.</summary>
    /// <exception cref="ModelException">A name or a strict tool's schema is not supported, or there is no tool.</exception>
    public static Grammar Of(CallSyntax syntax, IReadOnlyList<OfferedTool> tools, bool allowsSeveral)
    {
        if (tools.Count is 0 or > MostTools)
            throw new ModelException($"{tools.Count} tools can be called: 1 to {MostTools} are right");
        var builder = new GrammarBuilder();
        var json = new JsonTexts(builder);
        var one = builder.NewRule(isContainer: false);
        builder.Define(one, builder.Choice([.. tools.Select(tool => Call(builder, json, syntax, tool))]));
        return builder.Build(Whole(builder, syntax, one, allowsSeveral));
    }

    /// <summary>Refuses a name that is not 1 to 64 letters, digits, _ and -.</summary>
    public static void RequireName(string name)
    {
        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            throw new ModelException("a tool's name is 1 to 64 letters, digits, _ and -");
    }

    private static int Call(GrammarBuilder builder, JsonTexts json, CallSyntax syntax, OfferedTool tool)
    {
        RequireName(tool.Name);
        // The object in its own rule, so that brackets within it are counted from there.
        var rule = builder.NewRule(isContainer: true);
        builder.Define(rule, json.Object(
            [("name", true, n => json.Literal(JsonTexts.Quote(tool.Name), n)), (syntax.ArgumentsKey, true, Arguments)], GrammarBuilder.Return));
        return builder.Call(rule, GrammarBuilder.Return);

        int Arguments(int next)
        {
            if (tool.Parameters is not { } schema || !IsFollowed(schema, tool))
                return json.AnyObject(next);
            return new JsonSchemaCompiler(builder, json, schema).Compile(next);
        }
    }

    // Whether its grammar can be made, apart from that of the call: a schema that fails half-way would leave its parts.
    private static bool IsFollowed(JsonElement schema, OfferedTool tool)
    {
        try
        {
            var builder = new GrammarBuilder();
            builder.Build(new JsonSchemaCompiler(builder, new(builder), schema).Compile(GrammarBuilder.Return));
            return true;
        }
        catch (ModelException) when (!tool.IsStrict)
        {
            return false;
        }
    }

    private static int Whole(GrammarBuilder builder, CallSyntax syntax, int one, bool allowsSeveral)
    {
        const int end = GrammarBuilder.Return;
        if (syntax.IsList)
        {
            var close = builder.Byte(']', end);
            var list = builder.Call(one, allowsSeveral ? builder.Loop(loop => [builder.Literal(", "u8, builder.Call(one, loop)), close]) : close);
            var open = builder.Byte('[', list);
            return builder.Literal(Encoding.UTF8.GetBytes(syntax.Open!), builder.Choice(open, builder.Byte(' ', open)));
        }
        if (syntax.Open is null)
            return builder.Call(one, end);
        var tagged = builder.NewRule(isContainer: false);
        builder.Define(tagged, builder.Literal(Encoding.UTF8.GetBytes(syntax.Open + "\n"), builder.Call(one, builder.Literal(Encoding.UTF8.GetBytes("\n" + syntax.Close), end))));
        return builder.Call(tagged, allowsSeveral ? builder.Loop(loop => [end, builder.Byte('\n', builder.Call(tagged, loop))]) : end);
    }
}

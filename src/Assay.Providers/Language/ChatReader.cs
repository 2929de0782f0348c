using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Language.Templates;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Verify.Crypto;

namespace Assay.Providers.Language;

/// <summary>The body of <c>/v1/chat/completions</c>: a conversation that the model's template makes a prompt of.</summary>
internal static class ChatReader
{
    private static readonly ConditionalWeakTable<LanguageModel, Prepared> Templates = [], ToolTemplates = [];

    public static LanguageRequest Read(JsonElement body, RunnableLanguageModel model, DateTimeOffset clock)
    {
        var fields = new RequestFields(body);
        // Receipts say the time to the second.
        clock = DateTimeOffset.FromUnixTimeSeconds(clock.ToUnixTimeSeconds());
        var (template, guard) = TemplateOf(model, OfferedTools.Any(fields));
        // The texts of control tokens are those tokens where the template wrote them, and text where the request did.
        var (variables, mark) = guard.Guard(ChatVariables.Of(fields, model.Model.Tokenizer));
        var rendered = template.Render(variables, clock);
        var (digest, masks) = ToolChoice.Of(fields, model.Model) ?? Format(fields, model.Model);
        // Where the answer's form is given anyway, there is no second call to come.
        var first = digest is null ? ToolChoice.OfFirst(fields, model.Model) : null;
        var tools = OfferedTools.Of(fields, model.Model, endsWithFirst: first is not null);
        return new LanguageRequest
        {
            Api = RequestReader.Chat,
            Generation = RequestReader.ReadGeneration(fields, Prompt(rendered.Text, mark, model.Model), MaxTokens(fields), Alternatives(fields)) with
            {
                Grammar = masks, End = first is null ? null : () => tools!.NewEnd(model.Model.Tokenizer),
            },
            Seed = fields.Whole("seed", long.MinValue, long.MaxValue),
            Grammar = digest ?? first,
            Tools = tools,
            TemplateClock = rendered.Clock.Count > 0 ? clock : null,
        };
    }

    private static Prepared TemplateOf(RunnableLanguageModel model, bool tools) => model.Model.TemplateFor(tools) is { } source
        ? (tools ? ToolTemplates : Templates).GetValue(model.Model, m => Prepared.Of(ChatTemplate.Parse(source), m))
        : throw new ModelException($"{model.Claim.Name} has no chat template: /v1/completions takes a prompt as it is");

    private static int[] Prompt(string text, char mark, LanguageModel model)
    {
        var ids = model.Tokenizer.EncodeMarked(text, mark);
        return model.Tokenizer is { AddBos: true, Bos: { } bos } && (ids.Length == 0 || ids[0] != bos) ? [bos, .. ids] : ids;
    }

    private static long? MaxTokens(RequestFields fields) =>
        fields.Whole("max_completion_tokens", 1, int.MaxValue) ?? fields.Whole("max_tokens", 1, int.MaxValue);

    private static int? Alternatives(RequestFields fields)
    {
        var top = (int?)fields.Whole("top_logprobs", 0, GenerationRequest.MaxAlternatives);
        return fields.Flag("logprobs") == true ? top ?? 0
            : top is null or 0 ? null
            : throw new ModelException("top_logprobs is there and logprobs is not true");
    }

    private static (Hash? Digest, TokenMasks? Masks) Format(RequestFields fields, LanguageModel model)
    {
        if (fields.Object("response_format") is not { } format)
            return (null, null);
        switch (format.Text("type"))
        {
            case "text":
                return (null, null);
            case "json_object":
                return Constrained("json_object", JsonGrammars.AnyObject);
            case "json_schema":
                var schema = format.Object("json_schema")?.Find("schema") ?? throw new ModelException("response_format.json_schema.schema is missing");
                return Constrained("json_schema\n" + schema.GetRawText(), () => JsonGrammars.Of(schema));
            default:
                throw new ModelException("response_format.type is none of \"text\", \"json_object\" and \"json_schema\"");
        }

        (Hash? Digest, TokenMasks? Masks) Constrained(string text, Func<Grammar> make)
        {
            var digest = Sha256.Of(Encoding.UTF8.GetBytes("assay/grammar/v1\n" + text));
            return (digest, GrammarShelf.MasksOf(model.Tokenizer, null, digest, make));
        }
    }

    private sealed record Prepared(ChatTemplate Template, PromptGuard Guard)
    {
        public static Prepared Of(ChatTemplate template, LanguageModel model) => new(template, new PromptGuard(model.Tokenizer, template));
    }
}

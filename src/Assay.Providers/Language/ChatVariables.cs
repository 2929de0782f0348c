using System.Text;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Providers.Language;

/// <summary>What a chat template is given: the conversation as templates expect it, which is not quite as the API writes it.</summary>
internal static class ChatVariables
{
    private const int MaxMessages = 4096;

    // Of the arguments of a call.
    private const int MaxDepth = 64;

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static JsonElement Of(RequestFields fields, Tokenizer tokenizer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMessages(json, fields);
            if (fields.Find("tools") is { } tools && !IsNone(fields.Find("tool_choice")))
                WriteTools(json, tools);
            json.WriteBoolean("add_generation_prompt", true);
            json.WriteString("bos_token", tokenizer.Bos is { } bos ? tokenizer.Text(bos) : "");
            json.WriteString("eos_token", tokenizer.Eos is { } eos ? tokenizer.Text(eos) : "");
            WriteExtras(json, fields);
            json.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.ToArray(), new JsonDocumentOptions { MaxDepth = 128 });
        return document.RootElement.Clone();
    }

    private static bool IsNone(JsonElement? choice) => choice is { ValueKind: JsonValueKind.String } text && text.GetString() == "none";

    private static void WriteMessages(Utf8JsonWriter json, RequestFields fields)
    {
        if (fields.Find("messages") is not { ValueKind: JsonValueKind.Array } messages || messages.GetArrayLength() is 0 or > MaxMessages)
            throw new ModelException($"messages is not a list of 1 to {MaxMessages} messages");
        json.WriteStartArray("messages");
        foreach (var (message, i) in messages.EnumerateArray().Select((m, i) => (new RequestFields(m, "a message"), i)))
        {
            var role = message.Text("role") ?? throw new ModelException($"messages[{i}].role is missing");
            if (!Roles.Contains(role))
                throw new ModelException($"messages[{i}].role is '{RequestFields.Cut(role)}': one of {string.Join(", ", Roles)} is right");
            json.WriteStartObject();
            json.WriteString("role", role);
            json.WriteString("content", Content(message.Find("content"), $"messages[{i}].content"));
            foreach (var name in (string[])["name", "tool_call_id", "reasoning_content"])
                if (message.Text(name) is { } text)
                    json.WriteString(name, text);
            if (message.Find("tool_calls") is { } calls)
                WriteCalls(json, calls, $"messages[{i}].tool_calls");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // A text, or parts of which each is a text.
    private static string Content(JsonElement? content, string name) => content switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => RequestFields.TextOf(name, text),
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(p => Part(new RequestFields(p, name), name))),
        _ => throw new ModelException($"{name} is neither a text nor a list of parts"),
    };

    private static string Part(RequestFields part, string name) => part.Text("type") is "text"
        ? part.Text("text") ?? throw new ModelException($"{name} has a part without its text")
        : throw new ModelException($"{name} has a part that is no text: this model reads texts only");

    // The API writes arguments as a text that holds JSON; templates write the value itself.
    private static void WriteCalls(Utf8JsonWriter json, JsonElement calls, string name)
    {
        if (calls.ValueKind != JsonValueKind.Array)
            throw new ModelException($"{name} is not a list");
        json.WriteStartArray("tool_calls");
        foreach (var call in calls.EnumerateArray().Select(c => new RequestFields(c, name)))
        {
            var function = call.Object("function") ?? throw new ModelException($"{name} has a call of no function");
            json.WriteStartObject();
            json.WriteString("id", call.Text("id") ?? "");
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", function.Text("name") ?? throw new ModelException($"{name} has a function without a name"));
            json.WritePropertyName("arguments");
            Arguments(function.Text("arguments") ?? "{}", name).WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static JsonElement Arguments(string text, string name)
    {
        try
        {
            var json = Encoding.UTF8.GetBytes(text);
            WholeTexts.Require($"{name}.arguments", json, MaxDepth);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ModelException($"{name} has arguments that are not JSON", e);
        }
    }

    private static void WriteTools(Utf8JsonWriter json, JsonElement tools)
    {
        if (tools.ValueKind != JsonValueKind.Array)
            throw new ModelException("tools is not a list");
        foreach (var tool in tools.EnumerateArray().Select(t => new RequestFields(t, "a tool")))
            if (tool.Text("type") != "function" || tool.Object("function")?.Text("name") is null)
                throw new ModelException("tools holds something that is not a function with a name");
        if (tools.GetArrayLength() == 0)
            return;
        json.WritePropertyName("tools");
        tools.WriteTo(json);
    }

    // What a template of this model's family may ask for besides, under the name that other servers use.
    private static void WriteExtras(Utf8JsonWriter json, RequestFields fields)
    {
        string[] taken = ["messages", "tools", "add_generation_prompt", "bos_token", "eos_token"];
        if (fields.Find("chat_template_kwargs") is not { } extras)
            return;
        _ = new RequestFields(extras, "chat_template_kwargs");
        foreach (var member in RequestFields.Members("chat_template_kwargs", extras).Where(m => !taken.Contains(m.Name)))
            member.WriteTo(json);
    }
}

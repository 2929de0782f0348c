using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Templates;

/// <summary>What a template made of a conversation.</summary>
/// <param name="Text">The prompt; the texts of special tokens in it stand for those tokens.</param>
/// <param name="Clock">What the template read from the clock, in order; a prompt is a function of the variables and of this.</param>
public sealed record RenderedPrompt(string Text, IReadOnlyList<ClockReading> Clock);

/// <summary>
/// A model's chat template: a bounded subset of Jinja 3 as transformers sets it up, documented in docs/language-models.md. It reads nothing but the variables and the
/// clock that it is handed; what it may do is bounded in steps, characters and depth. Immutable; any thread may render.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>Characters of a template at most.</summary>
    public const int MostSourceCharacters = 1 << 20;

    private readonly List<Statement> statements;

    private ChatTemplate(string source, List<TemplateToken> tokens)
    {
        (Source, statements) = (source, new TemplateParser(tokens).Template());
        Words = tokens.Where(t => t.Kind is TokenKind.Text_ or TokenKind.Name).Select(t => t.Text).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>The texts and names in its tags: what it may compare a text of the conversation with, look for in it, or cut it at.</summary>
    internal IReadOnlySet<string> Words { get; }

    /// <exception cref="ModelException">It is no template, or uses what is not supported: one line that names it and its line.</exception>
    public static ChatTemplate Parse(string source)
    {
        if (source.Length > MostSourceCharacters)
            throw new ModelException($"the chat template has {source.Length} characters: at most {MostSourceCharacters} are allowed");
        return Guarded(() => new ChatTemplate(source, TemplateLexer.Read(source)));
    }

    /// <summary>The prompt of a conversation.</summary>
    /// <param name="variables">An object: messages, tools, add_generation_prompt, bos_token, eos_token, documents and whatever else the request sets.</param>
    /// <param name="clock">The time that strftime_now gives.</param>
    /// <exception cref="ModelException">The template refuses the conversation, or does what it must not: one line.</exception>
    public RenderedPrompt Render(JsonElement variables, DateTimeOffset clock) => Guarded(() =>
    {
        var (run, scope) = (new TemplateRun(clock), new Scope(null));
        try
        {
            foreach (var variable in variables.EnumerateObject())
                scope[variable.Name] = Values.FromJson(variable.Value);
        }
        catch (InvalidOperationException e)
        {
            throw new ModelException("a text of the messages, or of what else the template reads, is not valid Unicode", e);
        }
        // Statements of the template write into a scope of their own.
        Statement.Run(statements, run, new Scope(scope));
        return new RenderedPrompt(run.Output.ToString(), run.Readings);
    });

    private static T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidOperationException e) when (e.InnerException is ModelException inner)
        {
            // What a comparison throws comes out of a sort wrapped.
            throw new ModelException(inner.Message, e);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new ModelException("chat template: values or expressions are nested too deeply", e);
        }
    }
}

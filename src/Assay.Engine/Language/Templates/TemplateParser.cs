namespace Assay.Engine.Language.Templates;

/// <summary>The statements of a template.</summary>
internal sealed class TemplateParser(List<TemplateToken> tokens) : ExpressionParser(tokens)
{
    private int loops;

    public List<Statement> Template()
    {
        var body = Body();
        return Current.Kind == TokenKind.End ? body : throw Bad($"{Shown(Current)} ends nothing");
    }

    // Statements up to a tag that begins with one of these names, which is left to be read; up to the end without names.
    private List<Statement> Body(params string[] ends) => Deeper(() =>
    {
        var statements = new List<Statement>();
        while (true)
        {
            switch (Current.Kind)
            {
                case TokenKind.Text:
                    var text = Take();
                    statements.Add(new TextPart(text.Line, text.Text));
                    break;
                case TokenKind.Print:
                    var line = Take().Line;
                    statements.Add(new Print(line, Several()));
                    Close(TokenKind.EndPrint);
                    break;
                case TokenKind.Open:
                    Take();
                    if (Current.Kind == TokenKind.Name && (ends.Contains(Current.Text) || Current.Text.StartsWith("end", StringComparison.Ordinal) || Current.Text is "else" or "elif"))
                        return ends.Contains(Current.Text) ? statements : throw Bad($"'{Current.Text}' ends nothing here");
                    statements.Add(Statement());
                    break;
                default:
                    return ends.Length == 0 ? statements : throw Bad($"'{ends[^1]}' is missing");
            }
        }
    });

    private Statement Statement()
    {
        var line = Current.Line;
        switch (Name())
        {
            case "if":
                return If(line);
            case "for":
                return For(line);
            case "set":
                return Set(line);
            case "macro":
                return Macro(line);
            case "break" or "continue" when loops == 0:
                throw Bad("break and continue are for loops");
            case "break":
                Close();
                return new Jump(line, Flow.Break);
            case "continue":
                Close();
                return new Jump(line, Flow.Continue);
            case "generation":
                Close();
                return new Block(line, Ended("endgeneration"));
            case var other:
                throw TemplateErrors.At(line, $"the statement '{other}' is not supported");
        }
    }

    private If If(int line)
    {
        var (branches, otherwise) = (new List<(Expression, List<Statement>)>(), new List<Statement>());
        while (true)
        {
            var test = Expression();
            Close();
            branches.Add((test, Body("elif", "else", "endif")));
            if (Accept("elif"))
                continue;
            if (Accept("else"))
            {
                Close();
                otherwise = Body("endif");
            }
            Expect("endif");
            Close();
            return new If(line, branches, otherwise);
        }
    }

    private For For(int line)
    {
        var names = new List<string>();
        var isBracketed = Accept("(");
        do
            names.Add(Name());
        while (Accept(","));
        if (isBracketed)
            Expect(")");
        Expect("in");
        var values = Or();
        while (Accept(","))
            throw Bad("a loop over several values wants brackets around them");
        var test = Accept("if") ? Expression() : null;
        if (IsName("recursive"))
            throw Bad("recursive loops are not supported");
        Close();
        loops++;
        var body = Body("else", "endfor");
        loops--;
        var otherwise = new List<Statement>();
        if (Accept("else"))
        {
            Close();
            otherwise = Body("endfor");
        }
        Expect("endfor");
        Close();
        return new For(line, names, values, test, body, otherwise);
    }

    private Set Set(int line)
    {
        var targets = new List<(string, string?)>();
        do
            targets.Add((Name(), Accept(".") ? Name() : null));
        while (Accept(","));
        if (Accept("="))
        {
            var value = Several();
            Close();
            return new Set(line, targets, value, null);
        }
        if (Is("|"))
            throw Bad("filters of a set block are not supported");
        Close();
        return new Set(line, targets, null, Ended("endset"));
    }

    private Macro Macro(int line)
    {
        var (name, parameters) = (Name(), new List<(string, Expression?)>());
        Expect("(");
        while (!Accept(")"))
        {
            parameters.Add((Name(), Accept("=") ? Expression() : null));
            if (!Accept(",") && !Is(")"))
                Expect(")");
        }
        Close();
        var outer = loops;
        loops = 0;
        var body = Ended("endmacro");
        loops = outer;
        return new Macro(line, name, parameters, body);
    }

    private List<Statement> Ended(string end)
    {
        var body = Body(end);
        Expect(end);
        // endmacro and the like may repeat the name.
        if (Current.Kind == TokenKind.Name)
            Take();
        Close();
        return body;
    }

    private void Close(TokenKind kind = TokenKind.Close)
    {
        if (Current.Kind != kind)
            throw Bad($"the tag's end is expected, not {Shown(Current)}");
        Take();
    }
}

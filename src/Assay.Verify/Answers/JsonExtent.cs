namespace Assay.Verify.Answers;

/// <summary>Finds where an object or list that arrives in pieces ends, by its brackets and strings alone.</summary>
internal sealed class JsonExtent
{
    private int depth;
    private bool isString, isEscaped;

    /// <summary>Brackets that are open, outside of strings.</summary>
    public int Depth => isString ? int.MaxValue : depth;

    /// <summary>Takes the next character; true for the bracket that closes the value.</summary>
    public bool Ends(char c)
    {
        if (isString)
        {
            (isString, isEscaped) = (isEscaped || c != '"', !isEscaped && c == '\\');
            return false;
        }
        isString = c == '"';
        depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
        return depth <= 0 && c is '}' or ']';
    }
}

using Microsoft.Data.Sqlite;

namespace Assay.Store;

/// <summary>One SQLite database behind one lock, its failures told in words. Values are bound to <c>$a</c>, <c>$b</c>, … in order.</summary>
/// <remarks>Safe for use by several threads. Other processes may read meanwhile.</remarks>
internal sealed class SqliteFile : IDisposable
{
    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly Lock gate = new();

    /// <exception cref="StoreException">It cannot be opened or made.</exception>
    public SqliteFile(string path, string tables)
    {
        this.path = path;
        connection = Sqlite.Open(path);
        try
        {
            Sqlite.Execute(connection, tables);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Sqlite.Told(e, path);
        }
    }

    /// <summary>Does all of it, or nothing.</summary>
    /// <exception cref="StoreException">The disk does not take it: nothing was changed.</exception>
    public void Write(Action<SqliteTransaction> work)
    {
        try
        {
            lock (gate)
            {
                using var transaction = connection.BeginTransaction();
                work(transaction);
                transaction.Commit();
            }
        }
        catch (SqliteException e)
        {
            throw Sqlite.Told(e, path);
        }
    }

    /// <exception cref="StoreException">It cannot be read.</exception>
    public IReadOnlyList<T> Read<T>(string sql, Func<SqliteDataReader, T> read, params object[] values) => Look<IReadOnlyList<T>>(_ =>
    {
        using var command = Command(null, sql, values);
        using var row = command.ExecuteReader();
        var list = new List<T>();
        while (row.Read())
            list.Add(read(row));
        return list;
    });

    /// <summary>Reads in a way of its own, nobody else meanwhile.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public T Look<T>(Func<SqliteConnection, T> work)
    {
        try
        {
            lock (gate)
                return work(connection);
        }
        catch (SqliteException e)
        {
            throw Sqlite.Told(e, path);
        }
    }

    public void Run(SqliteTransaction transaction, string sql, params object[] values)
    {
        using var command = Command(transaction, sql, values);
        command.ExecuteNonQuery();
    }

    public void Dispose() => connection.Dispose();

    /// <summary>A command to be run within <see cref="Write"/> or <see cref="Look"/>.</summary>
    public SqliteCommand Command(SqliteTransaction? transaction, string sql, params object[] values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${(char)('a' + i)}", values[i]);
        return command;
    }
}

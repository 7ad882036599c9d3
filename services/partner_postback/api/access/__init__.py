"""What a partner does here with its own key, and a clerk or a service for it: nobody else's."""
